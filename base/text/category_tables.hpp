/// General categories, written by tools/make_unicode_tables.py. Only categories.cpp reads them.
#pragma once

#include <array>

#include "base/text/categories.hpp"

namespace smdm::unicode {

extern const std::array<CategoryRun, 4099> kCategories;

}  // namespace smdm::unicode
