/* SPDX-License-Identifier: MIT */
/* What to do about the faults that libyaml finds, by its own words for them. */
#include "core/config/yaml.h"

#include <string.h>

struct remedy {
	const char *problem, *text;
};

#define QUOTE_OR_INDENT                                                                                      \
	"begin the keys of one level in one column, put a space behind the colon of each, and quote a text " \
	"with any of : # [ ] { }"

static const struct remedy remedies[] = {
	{"did not find expected key", QUOTE_OR_INDENT},
	{"did not find expected ',' or '}'", "close the {, or quote a text with any of , [ ] { }"},
	{"did not find expected ',' or ']'", "close the [, or quote a text with any of , [ ] { }"},
	{"did not find expected '-' indicator", QUOTE_OR_INDENT},
	{"mapping values are not allowed", QUOTE_OR_INDENT},
	{"could not find expected ':'", "write `key: value`, and quote a text that goes over several lines"},
	{"did not find expected node content", "a value is missing, or a text that needs quotes has none"},
	{"cannot start any token", "quote a text that begins with this character"},
	{"did not find expected alphabetic or numeric character", "quote a text that begins with * or &"},
	{"found unexpected end of stream", "a quotation mark is missing at its end"},
	{"unknown escape character", "use single quotes, or write \\\\ for a backslash"},
	{"did not find expected hexdecimal number", "use single quotes, or write \\\\ for a backslash"},
	{"escape code", "use single quotes, or write \\\\ for a backslash"},
	{"incompatible YAML document", "remove the line that begins with %YAML"},
	{"UTF-8", "save the file as UTF-8"},
	{"invalid Unicode character", "save the file as UTF-8"},
	{"control characters are not allowed", "remove this one, or save the file as UTF-8"},
	{"did not find expected <document start>", "write one mapping only, without a line `...` inside"},
	{"unknown directive", "quote a text that begins with %"},
	{"did not find URI escaped octet", "tags are not supported; quote a text that begins with !"},
	{"did not find expected comment or line break", "a text behind | or > begins on the next line"},
	{"found a tab character", "indent with spaces"},
	{"indentation indicator", "remove the number behind | or >"},
};

const char *yaml_remedy(const char *problem)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (strstr(problem, remedies[i].problem))
			return remedies[i].text;
	return NULL;
}
