/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of hwloc's XML that its size in memory goes by. hwloc itself judges all else. */
#include "nrb/topologyxml.h"

#include "nrb/idset.h"
#include "nrb/sample.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SET_WORDS = NRB_IDSET_MAX / 32 }; /* of a set: "0x00000003,,0x0000000f" */

/* More than any node has, and sums of it fit. */
#define NODE_BYTES (1ul << 52)

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:.";

/* One within the text. */
struct attribute {
	const char *name, *value;
	size_t name_len, value_len;
};

static bool is_named(const struct attribute *attribute, const char *name)
{
	return strlen(name) == attribute->name_len &&
	       memcmp(name, attribute->name, attribute->name_len) == 0;
}

static bool is_a_set(const struct attribute *attribute)
{
	return attribute->name_len >= 3 &&
	       memcmp(attribute->name + attribute->name_len - 3, "set", 3) == 0;
}

static bool is_below(const struct attribute *attribute, unsigned long bound)
{
	char *end;

	/* strtoul(3) stops at the quote */
	return attribute->value_len > 0 && strtoul(attribute->value, &end, 10) < bound &&
	       end == attribute->value + attribute->value_len;
}

static size_t words_of(const struct attribute *attribute)
{
	size_t n = 1;

	for (size_t i = 0; i < attribute->value_len; i++) {
		n += attribute->value[i] == ',';
	}
	return n;
}

/* Those whose number is a bit in sets. hwloc takes names in any case, and their beginnings. */
static bool has_bit(const struct attribute *type)
{
	return strncasecmp(type->value, "pu", 2) == 0 ||
	       strncasecmp(type->value, "n", 1) == 0 ||
	       memchr(type->value, '&', type->value_len) != NULL;
}

/* The next attribute of a tag, whose "<" stands before *at; false at its end. */
static bool next_attribute(const char **at, struct attribute *attribute)
{
	const char *end;

	*at += strcspn(*at, "=>");
	if (**at != '=') {
		return false;
	}
	for (end = *at; isspace((unsigned char)end[-1]); end--) {
	}
	for (attribute->name = end; strchr(name_letters, attribute->name[-1]) != NULL;
		attribute->name--) {
	}
	attribute->name_len = (size_t)(end - attribute->name);
	(*at)++;
	*at += strcspn(*at, "\"'>");
	if (**at == '\0' || **at == '>') {
		return false;
	}
	end = strchr(*at + 1, **at);
	attribute->value = *at + 1;
	attribute->value_len =
		end != NULL ? (size_t)(end - attribute->value) : strlen(attribute->value);
	*at = end != NULL ? end + 1 : attribute->value + attribute->value_len;
	return true;
}

/* A matrix' rows, a node's bytes, or a set's words. */
static bool is_too_large(const struct attribute *attribute)
{
	if (is_named(attribute, "nbobjs")) {
		return !is_below(attribute, NRB_MAX_NODE_NUMBER + 2);
	}
	if (is_named(attribute, "local_memory")) {
		return !is_below(attribute, NODE_BYTES);
	}
	return is_a_set(attribute) && words_of(attribute) > SET_WORDS;
}

static bool is_tag_bounded(const char **at)
{
	struct attribute attribute;
	bool bits = false, low = true;

	while (next_attribute(at, &attribute)) {
		if (is_named(&attribute, "type")) {
			bits = has_bit(&attribute);
		} else if (is_named(&attribute, "os_index")) {
			low = is_below(&attribute, NRB_IDSET_MAX);
		} else if (is_too_large(&attribute)) {
			return false;
		}
	}
	return low || !bits;
}

bool nrb_topologyxml_is_bounded(const char *text)
{
	const char *at = text;

	while ((at = strchr(at, '<')) != NULL) {
		at++;
		if (!is_tag_bounded(&at)) {
			return false;
		}
	}
	return true;
}
