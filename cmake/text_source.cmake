# Writes OUT, a source file that holds the text of the file IN as the constant NAME, which HEADER declares
# in the namespace smdm.
file(READ ${IN} text)
if(text MATCHES "\\)text\"")
  message(FATAL_ERROR "${IN}: wanted a text without )text\", which ends a literal")
endif()
file(WRITE ${OUT} "#include \"${HEADER}\"\n\nnamespace smdm {\n\nconst char* const ${NAME} = R\"text(")
file(APPEND ${OUT} "${text}")
file(APPEND ${OUT} ")text\";\n\n}  // namespace smdm\n")
