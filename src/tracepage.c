/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a page of the trace buffer. */
#include "nrb/tracepage.h"

#include <errno.h>
#include <string.h>

/* An event begins with a word: 5 bits of type or length, 27 bits of time since the event before. */
enum {
	TYPE_BITS = 5,
	DELTA_BITS = 27,
	TYPE_LONG = 0, /* its length is the next word */
	/* up to 28: that many words of data */
	TYPE_PADDING = 29,
	TYPE_TIME_EXTEND = 30, /* more time since the event before, in the next word */
	TYPE_TIME_STAMP = 31,  /* the time itself */
	WORD = 4,
	MAX_PAGE = 1 << 20,
};

/* Flags that share the commit's word: something was lost, and how much stands behind the events. */
#define COMMIT_MASK INT64_C(0x3fffffff)
/* A time stamp has 59 bits; those above are of the event before. */
#define STAMP_MASK  ((UINT64_C(1) << 59) - 1)

int nrb_tracepage_parse_layout(const char *header, struct nrb_tracepage_layout *layout)
{
	struct nrb_tracefield data;
	int rc = nrb_traceformat_field(header, "timestamp", &layout->timestamp);

	if (rc == 0) {
		rc = nrb_traceformat_field(header, "commit", &layout->commit);
	}
	if (rc == 0) {
		rc = nrb_traceformat_field(header, "data", &data);
	}
	if (rc != 0) {
		return rc;
	}
	layout->data = data.offset;
	layout->bytes = data.offset + data.size;
	return layout->bytes > 0 && layout->bytes <= MAX_PAGE ? 0 : -EINVAL;
}

int nrb_tracepage_begin(struct nrb_tracepage *page,
	const struct nrb_tracepage_layout *layout, const void *bytes, size_t len)
{
	int64_t ns, commit;

	if (len < layout->data ||
		nrb_tracefield_get(&layout->timestamp, bytes, len, &ns) < 0 ||
		nrb_tracefield_get(&layout->commit, bytes, len, &commit) < 0) {
		return -EINVAL;
	}
	commit &= COMMIT_MASK;
	if ((uint64_t)commit > len - layout->data) {
		return -EINVAL;
	}
	page->ns = (uint64_t)ns;
	page->at = (const unsigned char *)bytes + layout->data;
	page->end = page->at + commit;
	return 0;
}

static bool take_word(struct nrb_tracepage *page, uint32_t *word)
{
	if (page->end - page->at < WORD) {
		return false;
	}
	memcpy(word, page->at, sizeof(*word));
	page->at += WORD;
	return true;
}

/* What a word does to time, and how long what follows is; false where it is cut. */
static bool take_header(
	struct nrb_tracepage *page, unsigned int *type, size_t *len, uint64_t *delta)
{
	uint32_t word, more = 0;

	if (!take_word(page, &word)) {
		return false;
	}
	*type = word & ((1u << TYPE_BITS) - 1);
	*delta = word >> TYPE_BITS;
	*len = (size_t)*type * WORD;
	if (*type != TYPE_LONG && *type < TYPE_PADDING) {
		return true;
	}
	if (*type == TYPE_PADDING && *delta == 0) {
		return false; /* nothing more on this page */
	}
	if (!take_word(page, &more)) {
		return false;
	}
	*len = 0;
	if (*type >= TYPE_TIME_EXTEND) {
		*delta |= (uint64_t)more << DELTA_BITS;
	} else if (more < WORD) {
		return false; /* a length counts its own word */
	} else {
		*len = more - WORD;
	}
	return true;
}

bool nrb_tracepage_next(struct nrb_tracepage *page, struct nrb_traceevent *event)
{
	unsigned int type;
	uint64_t delta;
	size_t len;

	while (take_header(page, &type, &len, &delta)) {
		if (len > (size_t)(page->end - page->at)) {
			break;
		}
		page->ns = type == TYPE_TIME_STAMP
				   ? (page->ns & ~STAMP_MASK) | (delta & STAMP_MASK)
				   : page->ns + delta;
		*event = (struct nrb_traceevent){
			.ns = page->ns, .data = page->at, .len = len
		};
		page->at += len;
		if (type < TYPE_PADDING) {
			return true;
		}
	}
	page->at = page->end;
	return false;
}
