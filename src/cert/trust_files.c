/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/trust_files.h"

#include "base/array.h"
#include "base/file_stamp.h"
#include "cert/crl_set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The reading of one file. */
struct reading {
	const struct cert_trust_reading *of;
	enum cert_trust_kind kind;
	void *items;
	struct bytes why; /* it cannot be used */
};

static const char *noun(enum cert_trust_kind kind)
{
	return kind == CERT_TRUST_CAS ? "certificate" : "CRL";
}

bool cert_trust_file_bytes(const char *path, size_t max, struct bytes *out)
{
	ssize_t got = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0) {
		return false;
	}
	do {
		uint8_t *room = bytes_reserve(out, 16384);

		if (room == NULL || out->len > max) {
			errno = room == NULL ? ENOMEM : EFBIG;
			got = -1;
			break;
		}
		got = read(fd, room, 16384);
		out->len += got > 0 ? (size_t)got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));

	int error = errno;

	close(fd);
	errno = error;
	return got == 0;
}

static void free_items(enum cert_trust_kind kind, void *items)
{
	if (kind == CERT_TRUST_CAS) {
		sk_X509_pop_free(items, X509_free);
	} else {
		sk_X509_CRL_pop_free(items, X509_CRL_free);
	}
}

static bool is_of_key(const X509_CRL *crl, const AUTHORITY_KEYID *key, X509 *ca)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(ca);

	return key->keyid != NULL && id != NULL && ASN1_OCTET_STRING_cmp(key->keyid, id) == 0 &&
	       X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(ca)) == 0;
}

/* Whether the CRL names the key of a known CA, and its signature is not by that key. */
static bool is_forged(X509_CRL *crl, const struct cert_trust_files *cas)
{
	AUTHORITY_KEYID *key = X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, NULL, NULL);
	bool forged = false;

	for (size_t i = 0; key != NULL && i < cas->count; i++) {
		for (int k = 0; k < sk_X509_num(cas->files[i].items); k++) {
			X509 *ca = sk_X509_value(cas->files[i].items, k);

			forged = forged || (is_of_key(crl, key, ca) &&
						   X509_CRL_verify(crl, X509_get0_pubkey(ca)) != 1);
		}
	}
	AUTHORITY_KEYID_free(key);
	return forged;
}

/* Why it is not added; NULL if it is. */
static const char *add_certificate(struct reading *r, const uint8_t *der, long len)
{
	const uint8_t *at = der;
	X509 *x = d2i_X509(NULL, &at, len);

	if (x != NULL && at == der + len && sk_X509_push(r->items, x) > 0) {
		return NULL;
	}
	X509_free(x);
	return "is malformed";
}

static const char *add_crl(struct reading *r, const uint8_t *der, long len)
{
	const uint8_t *at = der;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, len);
	const char *why = crl == NULL || at != der + len ? "is malformed" : cert_crl_refusal(crl);

	if (why == NULL && is_forged(crl, r->of->cas)) {
		why = "is not signed by the key of its CA, which is in ca_file or ca_dir";
	}
	if (why == NULL && sk_X509_CRL_push(r->items, crl) > 0) {
		return NULL;
	}
	X509_CRL_free(crl);
	return why != NULL ? why : "is too large for the memory";
}

static const char *add(struct reading *r, const uint8_t *der, long len)
{
	return r->kind == CERT_TRUST_CAS ? add_certificate(r, der, len) : add_crl(r, der, len);
}

static bool is_wanted(enum cert_trust_kind kind, const char *armor)
{
	if (kind == CERT_TRUST_CAS) {
		return strcmp(armor, PEM_STRING_X509) == 0 ||
		       strcmp(armor, PEM_STRING_X509_OLD) == 0;
	}
	return strcmp(armor, PEM_STRING_X509_CRL) == 0;
}

/* True if all of it could be added. */
static bool read_armored(struct reading *r, const struct bytes *file)
{
	BIO *bio = BIO_new_mem_buf(file->data, (int)file->len);
	const char *wanted = noun(r->kind);
	int count = 0;
	bool good = bio != NULL;
	char *armor;
	char *header;
	uint8_t *der;
	long len;

	while (good && PEM_read_bio(bio, &armor, &header, &der, &len) == 1) {
		const char *why = NULL;

		count++;
		if (!is_wanted(r->kind, armor)) {
			bytes_appendf(
				&r->why, "expected nothing but %ss; there is a %s", wanted, armor);
			good = false;
		} else if ((why = add(r, der, len)) != NULL) {
			bytes_appendf(&r->why, "%s number %d %s", wanted, count, why);
			good = false;
		}
		OPENSSL_free(armor);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	if (good && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		bytes_appendf(&r->why, "the armor behind %s number %d is malformed", wanted, count);
		good = false;
	}
	if (good && count == 0) {
		bytes_appendf(&r->why, "expected a %s; found none", wanted);
	}
	BIO_free(bio);
	return good && count > 0;
}

static bool read_content(struct reading *r, const char *path)
{
	static const char begin[] = "-----BEGIN ";
	struct bytes file;
	bool good = false;

	bytes_init(&file, 0);
	if (!cert_trust_file_bytes(path, CERT_TRUST_FILE_MAX, &file)) {
		bytes_appendf(&r->why, "%s", strerror(errno));
	} else if (file.len == 0 || memmem(file.data, file.len, begin, strlen(begin)) != NULL) {
		good = read_armored(r, &file);
	} else {
		const char *why = add(r, file.data, (long)file.len);

		good = why == NULL;
		if (!good && file.data[0] == 0x30) {
			bytes_appendf(&r->why, "the %s %s", noun(r->kind), why);
		} else if (!good) {
			bytes_appendf(&r->why, "expected a %s; found none", noun(r->kind));
		}
	}
	bytes_clear(&file);
	return good;
}

static bool append(struct cert_trust_files *files, const char *path, void *items)
{
	struct cert_trust_file *room =
		array_reserve(files->files, files->count, &files->room, sizeof(*room));
	struct cert_trust_file file = {strdup(path), items};

	files->files = room != NULL ? room : files->files;
	if (room == NULL || file.path == NULL || items == NULL) {
		free(file.path);
		free_items(files->kind, items);
		return false;
	}
	room[files->count++] = file;
	return true;
}

static void *share_items(enum cert_trust_kind kind, void *items)
{
	void *copy = kind == CERT_TRUST_CAS ? (void *)sk_X509_dup(items)
					    : (void *)sk_X509_CRL_dup(items);

	for (int i = 0; copy != NULL && i < OPENSSL_sk_num(copy); i++) {
		if (kind == CERT_TRUST_CAS) {
			X509_up_ref(sk_X509_value(copy, i));
		} else {
			X509_CRL_up_ref(sk_X509_CRL_value(copy, i));
		}
	}
	return copy;
}

static bool has(const struct cert_trust_files *files, const char *path)
{
	for (size_t i = 0; i < files->count; i++) {
		if (strcmp(files->files[i].path, path) == 0) {
			return true;
		}
	}
	return false;
}

/* Keeps what a file, or all files of a folder, had before; false if that is nothing. */
static bool keep(
	struct cert_trust_files *files, const struct cert_trust_reading *reading, const char *path)
{
	const struct cert_trust_files *before = reading->before;
	size_t len = strlen(path);
	bool kept = false;

	for (size_t i = 0; before != NULL && i < before->count; i++) {
		const char *old = before->files[i].path;

		if (strncmp(old, path, len) != 0 || (old[len] != '\0' && old[len] != '/') ||
			has(files, old)) {
			continue;
		}
		if (!append(files, old, share_items(files->kind, before->files[i].items))) {
			return false;
		}
		kept = true;
	}
	if (kept) {
		diag_warning(reading->diag, reading->place,
			"%s: %s: what was read before stays in force", reading->key, path);
	}
	return kept;
}

/* `one_of_several`: the others count without it. */
static bool read_file(struct cert_trust_files *files, const struct cert_trust_reading *reading,
	const char *path, bool one_of_several)
{
	struct reading r = {.of = reading, .kind = files->kind};
	bool needed = !one_of_several && reading->before == NULL;
	bool good;

	r.items = files->kind == CERT_TRUST_CAS ? (void *)sk_X509_new_null()
						: (void *)sk_X509_CRL_new_null();
	bytes_init(&r.why, 0);
	ERR_set_mark();
	good = r.items != NULL && read_content(&r, path);
	ERR_pop_to_mark();
	if (good) {
		good = append(files, path, r.items);
	} else {
		bytes_append_u8(&r.why, '\0');
		(needed ? diag_error : diag_warning)(reading->diag, reading->place, "%s: %s: %s",
			reading->key, path, r.why.failed ? "out of memory" : (char *)r.why.data);
		free_items(files->kind, r.items);
		files->bad++;
		good = keep(files, reading, path) || one_of_several;
	}
	bytes_clear(&r.why);
	return good;
}

/* HASH.N and HASH.rN, the names of openssl-rehash(1)'s links. */
static bool is_hashed(const char *name, const char *dot, enum cert_trust_kind kind)
{
	if (dot - name != 8 || strspn(name, "0123456789abcdef") != 8) {
		return false;
	}
	dot++;
	if (kind == CERT_TRUST_CRLS && *dot++ != 'r') {
		return false;
	}
	return *dot != '\0' && strspn(dot, "0123456789") == strlen(dot);
}

static bool is_named_for(const char *name, enum cert_trust_kind kind)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || name[0] == '.') {
		return false;
	}
	if (strcmp(dot, ".pem") == 0 || is_hashed(name, dot, kind)) {
		return true;
	}
	return kind == CERT_TRUST_CAS ? strcmp(dot, ".crt") == 0 || strcmp(dot, ".cer") == 0
				      : strcmp(dot, ".crl") == 0;
}

static bool join(char out[PATH_MAX], const char *folder, const char *name)
{
	int len = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return len > 0 && len < PATH_MAX;
}

static bool read_folder(struct cert_trust_files *files, const struct cert_trust_reading *reading,
	const char *path, DIR *folder)
{
	bool passes_over = files->kind == CERT_TRUST_CRLS || reading->before != NULL;
	const struct dirent *entry;
	char file[PATH_MAX];
	size_t before = files->count;
	size_t count = 0;
	bool good = true;

	errno = 0;
	while ((entry = readdir(folder)) != NULL) {
		if (is_named_for(entry->d_name, files->kind)) {
			good = join(file, path, entry->d_name) &&
			       read_file(files, reading, file, passes_over) && good;
			count++;
		}
		errno = 0;
	}
	if (errno == 0 && files->count > before) {
		return good;
	}
	if (errno != 0) {
		diag_error(reading->diag, reading->place, "%s: %s: %s", reading->key, path,
			strerror(errno));
	} else if (count == 0) {
		diag_error(reading->diag, reading->place,
			"%s: %s: expected a file that is named for a %s in this folder",
			reading->key, path, noun(files->kind));
	} else {
		diag_error(reading->diag, reading->place,
			"%s: %s: expected a file that can be used in this folder", reading->key,
			path);
	}
	files->bad++;
	return keep(files, reading, path);
}

bool cert_trust_files_read(
	struct cert_trust_files *files, const struct cert_trust_reading *reading, const char *path)
{
	DIR *folder = opendir(path);

	if (folder == NULL) {
		return read_file(files, reading, path, false);
	}
	bool good = read_folder(files, reading, path, folder);

	closedir(folder);
	return good;
}

void cert_trust_files_clear(struct cert_trust_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->files[i].path);
		free_items(files->kind, files->files[i].items);
	}
	free(files->files);
}

/* A sum, because the order of a folder's entries has no meaning. */
uint64_t cert_trust_file_stamp(const char *path)
{
	uint64_t stamp = file_stamp_of_path(path);
	DIR *folder = opendir(path);
	const struct dirent *entry;
	char file[PATH_MAX];

	if (folder == NULL) {
		return stamp;
	}
	while ((entry = readdir(folder)) != NULL) {
		if ((is_named_for(entry->d_name, CERT_TRUST_CAS) ||
			    is_named_for(entry->d_name, CERT_TRUST_CRLS)) &&
			join(file, path, entry->d_name)) {
			stamp += file_stamp_of_path(file);
		}
	}
	closedir(folder);
	return stamp;
}
