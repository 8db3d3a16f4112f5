# Writes OUT, a source file that holds the text of the files IN, one behind the other and '|' between
# their names, as the constant NAME, which HEADER declares in the namespace smdm.
string(REPLACE "|" ";" files "${IN}")
file(WRITE ${OUT} "#include \"${HEADER}\"\n\nnamespace smdm {\n\nconst char* const ${NAME} = R\"text(")
foreach(file IN LISTS files)
  file(READ ${file} text)
  if(text MATCHES "\\)text\"")
    message(FATAL_ERROR "${file}: wanted a text without )text\", which ends a literal")
  endif()
  file(APPEND ${OUT} "${text}")
endforeach()
file(APPEND ${OUT} ")text\";\n\n}  // namespace smdm\n")
