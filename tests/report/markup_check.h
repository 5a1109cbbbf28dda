#pragma once

#include <string>

/// What is wrong with a document's markup (XML, and HTML written as XML), or "": tags balance, attributes are quoted, "<" and "&" only
/// where they mean something, no control characters.
std::string markup_fault(const std::string& document);
