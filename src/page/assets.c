/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "page/assets_private.h"

#include <openssl/evp.h>
#include <stdint.h>

/* The assembler reads the files, from the folder in which make runs. */
#define EMBED(name, path)                                                                          \
	__asm__(".pushsection .rodata\n" #name ":\n.incbin \"" path "\"\n" #name                   \
		"_end:\n.balign 8\n" #name "_len:\n.quad " #name "_end - " #name "\n"              \
		".popsection\n");                                                                  \
	extern const char name[] __attribute__((visibility("hidden")));                            \
	extern const uint64_t name##_len __attribute__((visibility("hidden")))

EMBED(page_embedded_css, "src/page/page.css");
EMBED(page_embedded_js, "src/page/page.js");

struct str page_style(void)
{
	return (struct str){page_embedded_css, page_embedded_css_len};
}

struct str page_script(void)
{
	return (struct str){page_embedded_js, page_embedded_js_len};
}

void page_append_csp_hash(struct bytes *out, struct str content)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char text[EVP_MAX_MD_SIZE * 2];
	unsigned len = 0;

	if (EVP_Digest(content.data, content.len, digest, &len, EVP_sha256(), NULL) != 1) {
		out->failed = true;
		return;
	}
	EVP_EncodeBlock(text, digest, (int)len);
	bytes_appendf(out, "'sha256-%s'", (const char *)text);
}
