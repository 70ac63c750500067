/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/trust_files.h"

#include "base/file_stamp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
	enum cert_trust_file kind;
	const char *key;
	const struct place *place;
	void *into;
	struct diag *diag;
};

static const char *noun(enum cert_trust_file kind)
{
	return kind == CERT_TRUST_FILE_CAS ? "certificate" : "CRL";
}

bool cert_trust_file_file(const char *path, size_t max, struct bytes *out)
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

static bool add_certificate(struct reading *r, const uint8_t *der, long len)
{
	const uint8_t *at = der;
	X509 *x = d2i_X509(NULL, &at, len);

	if (x != NULL && at == der + len && sk_X509_push(r->into, x) > 0) {
		return true;
	}
	X509_free(x);
	return false;
}

static bool add_crl(struct reading *r, const uint8_t *der, long len)
{
	const uint8_t *at = der;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, len);

	if (crl != NULL && at == der + len && sk_X509_CRL_push(r->into, crl) > 0) {
		return true;
	}
	X509_CRL_free(crl);
	return false;
}

static bool add(struct reading *r, const uint8_t *der, long len)
{
	return r->kind == CERT_TRUST_FILE_CAS ? add_certificate(r, der, len) : add_crl(r, der, len);
}

static bool is_wanted(enum cert_trust_file kind, const char *armor)
{
	if (kind == CERT_TRUST_FILE_CAS) {
		return strcmp(armor, PEM_STRING_X509) == 0 ||
		       strcmp(armor, PEM_STRING_X509_OLD) == 0;
	}
	return strcmp(armor, PEM_STRING_X509_CRL) == 0;
}

/* The number of certificates or CRLs; -1 after a diag_error. */
static int read_armored(struct reading *r, const char *path, const struct bytes *file)
{
	BIO *bio = BIO_new_mem_buf(file->data, (int)file->len);
	int count = 0;
	bool good = bio != NULL;
	char *armor;
	char *header;
	uint8_t *der;
	long len;

	while (good && PEM_read_bio(bio, &armor, &header, &der, &len) == 1) {
		if (!is_wanted(r->kind, armor)) {
			diag_error(r->diag, r->place,
				"%s: %s: expected nothing but %ss; there is a %s", r->key, path,
				noun(r->kind), armor);
			good = false;
		} else if (!add(r, der, len)) {
			diag_error(r->diag, r->place, "%s: %s: %s number %d is malformed", r->key,
				path, noun(r->kind), count + 1);
			good = false;
		}
		count++;
		OPENSSL_free(armor);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	if (good && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		diag_error(r->diag, r->place, "%s: %s: the armor behind %s number %d is malformed",
			r->key, path, noun(r->kind), count);
		good = false;
	}
	BIO_free(bio);
	return good ? count : -1;
}

static bool read_file(struct reading *r, const char *path)
{
	static const char begin[] = "-----BEGIN ";
	struct bytes file;
	int count = -1;

	bytes_init(&file, 0);
	ERR_set_mark();
	if (!cert_trust_file_file(path, CERT_TRUST_FILE_MAX, &file)) {
		diag_error(r->diag, r->place, "%s: %s: %s", r->key, path, strerror(errno));
		goto out;
	}
	if (file.len == 0 || memmem(file.data, file.len, begin, strlen(begin)) != NULL) {
		count = file.len > 0 ? read_armored(r, path, &file) : 0;
	} else {
		count = add(r, file.data, (long)file.len) ? 1 : 0;
	}
	if (count == 0) {
		diag_error(r->diag, r->place, "%s: %s: expected a %s; found none", r->key, path,
			noun(r->kind));
	}
out:
	ERR_pop_to_mark();
	bytes_clear(&file);
	return count > 0;
}

/* HASH.N and HASH.rN, the names of openssl-rehash(1)'s links. */
static bool is_hashed(const char *name, const char *dot, enum cert_trust_file kind)
{
	if (dot - name != 8 || strspn(name, "0123456789abcdef") != 8) {
		return false;
	}
	dot++;
	if (kind == CERT_TRUST_FILE_CRLS && *dot++ != 'r') {
		return false;
	}
	return *dot != '\0' && strspn(dot, "0123456789") == strlen(dot);
}

static bool is_named_for(const char *name, enum cert_trust_file kind)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || name[0] == '.') {
		return false;
	}
	if (strcmp(dot, ".pem") == 0 || is_hashed(name, dot, kind)) {
		return true;
	}
	return kind == CERT_TRUST_FILE_CAS ? strcmp(dot, ".crt") == 0 || strcmp(dot, ".cer") == 0
					   : strcmp(dot, ".crl") == 0;
}

static bool join(char out[PATH_MAX], const char *folder, const char *name)
{
	int len = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return len > 0 && len < PATH_MAX;
}

static bool read_folder(struct reading *r, const char *path, DIR *folder)
{
	const struct dirent *entry;
	char file[PATH_MAX];
	size_t count = 0;
	bool good = true;

	errno = 0;
	while ((entry = readdir(folder)) != NULL) {
		if (is_named_for(entry->d_name, r->kind)) {
			good = join(file, path, entry->d_name) && read_file(r, file) && good;
			count++;
		}
		errno = 0;
	}
	if (errno != 0) {
		diag_error(r->diag, r->place, "%s: %s: %s", r->key, path, strerror(errno));
		return false;
	}
	if (count == 0) {
		diag_error(r->diag, r->place,
			"%s: %s: expected a file that is named for a %s in this folder", r->key,
			path, noun(r->kind));
	}
	return good && count > 0;
}

bool cert_trust_file_read(enum cert_trust_file kind, const char *key, const char *path,
	const struct place *place, void *into, struct diag *diag)
{
	struct reading r = {kind, key, place, into, diag};
	DIR *folder = opendir(path);

	if (folder == NULL) {
		return read_file(&r, path);
	}
	bool good = read_folder(&r, path, folder);

	closedir(folder);
	return good;
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
		if ((is_named_for(entry->d_name, CERT_TRUST_FILE_CAS) ||
			    is_named_for(entry->d_name, CERT_TRUST_FILE_CRLS)) &&
			join(file, path, entry->d_name)) {
			stamp += file_stamp_of_path(file);
		}
	}
	closedir(folder);
	return stamp;
}
