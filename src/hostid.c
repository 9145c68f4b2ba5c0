/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 and what is made of it: no library of ours has it, and one hash is no reason for one. */
#include "nrb/hostid.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* This program's own, drawn at random once. */
static const uint8_t application_id[16] = {
	0x6e,
	0x8d,
	0x1f,
	0x52,
	0x0b,
	0x3a,
	0x4c,
	0x97,
	0xa1,
	0x44,
	0xd7,
	0x2e,
	0x93,
	0x5b,
	0x60,
	0xcf,
};

static const uint32_t round_constants[64] = {
	0x428a2f98,
	0x71374491,
	0xb5c0fbcf,
	0xe9b5dba5,
	0x3956c25b,
	0x59f111f1,
	0x923f82a4,
	0xab1c5ed5,
	0xd807aa98,
	0x12835b01,
	0x243185be,
	0x550c7dc3,
	0x72be5d74,
	0x80deb1fe,
	0x9bdc06a7,
	0xc19bf174,
	0xe49b69c1,
	0xefbe4786,
	0x0fc19dc6,
	0x240ca1cc,
	0x2de92c6f,
	0x4a7484aa,
	0x5cb0a9dc,
	0x76f988da,
	0x983e5152,
	0xa831c66d,
	0xb00327c8,
	0xbf597fc7,
	0xc6e00bf3,
	0xd5a79147,
	0x06ca6351,
	0x14292967,
	0x27b70a85,
	0x2e1b2138,
	0x4d2c6dfc,
	0x53380d13,
	0x650a7354,
	0x766a0abb,
	0x81c2c92e,
	0x92722c85,
	0xa2bfe8a1,
	0xa81a664b,
	0xc24b8b70,
	0xc76c51a3,
	0xd192e819,
	0xd6990624,
	0xf40e3585,
	0x106aa070,
	0x19a4c116,
	0x1e376c08,
	0x2748774c,
	0x34b0bcb5,
	0x391c0cb3,
	0x4ed8aa4a,
	0x5b9cca4f,
	0x682e6ff3,
	0x748f82ee,
	0x78a5636f,
	0x84c87814,
	0x8cc70208,
	0x90befffa,
	0xa4506ceb,
	0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void schedule(uint32_t w[64], const uint8_t block[64])
{
	for (size_t i = 0; i < 16; i++) {
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	}
	for (size_t i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
		       (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
}

static void compress(uint32_t state[8], const uint8_t block[64])
{
	uint32_t w[64], s[8];

	schedule(w, block);
	memcpy(s, state, sizeof(s));
	for (int i = 0; i < 64; i++) {
		uint32_t t1 =
			s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
			((s[4] & s[5]) ^ (~s[4] & s[6])) + round_constants[i] + w[i];
		uint32_t t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
			      ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++) {
		state[i] += s[i];
	}
}

void nrb_hostid_sha256(const void *data, size_t len, uint8_t digest[32])
{
	uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
		0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	const uint8_t *p = data;
	uint8_t tail[128] = { 0 };
	size_t rest = len % 64, blocks = rest < 56 ? 1 : 2;

	for (size_t i = 0; i < len / 64; i++) {
		compress(state, p + 64 * i);
	}
	memcpy(tail, p + len - rest, rest);
	tail[rest] = 0x80;
	for (int i = 0; i < 8; i++) {
		tail[64 * blocks - 1 - (size_t)i] =
			(uint8_t)((uint64_t)len * 8 >> (8 * i));
	}
	for (size_t i = 0; i < blocks; i++) {
		compress(state, tail + 64 * i);
	}
	for (int i = 0; i < 32; i++) {
		digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
	}
}

/* HMAC with a key of at most one block. Source: RFC 2104. */
static void hmac(const uint8_t key[16], const uint8_t message[16], uint8_t digest[32])
{
	uint8_t inner[64 + 16], outer[64 + 32];

	memset(inner, 0x36, 64);
	memset(outer, 0x5c, 64);
	for (int i = 0; i < 16; i++) {
		inner[i] ^= key[i];
		outer[i] ^= key[i];
	}
	memcpy(inner + 64, message, 16);
	nrb_hostid_sha256(inner, sizeof(inner), outer + 64);
	nrb_hostid_sha256(outer, sizeof(outer), digest);
}

int nrb_hostid_read(const struct nrb_root *root, char *buf, size_t len)
{
	uint8_t id[16], digest[32];
	char text[64];
	int rc = nrb_fsroot_read_str(root, "etc/machine-id", text, sizeof(text));

	if (rc < 0) {
		return rc;
	}
	if (strlen(text) != 32 || strspn(text, "0123456789abcdef") != 32 || len < 33) {
		return -EINVAL;
	}
	for (int i = 0; i < 16; i++) {
		unsigned int byte = 0;

		(void)sscanf(text + 2 * (size_t)i, "%2x", &byte);
		id[i] = (uint8_t)byte;
	}
	hmac(id, application_id, digest);
	digest[6] = (digest[6] & 0x0f) | 0x40;
	digest[8] = (digest[8] & 0x3f) | 0x80;
	for (int i = 0; i < 16; i++) {
		snprintf(buf + 2 * (size_t)i, len - 2 * (size_t)i, "%02x", digest[i]);
	}
	return 0;
}
