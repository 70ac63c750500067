/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * replay DIR: feeds each file of a corpus to a fuzz target, whole and cut at up to CUTS lengths,
 * without libFuzzer. Each input lies in memory of exactly its size, so that sanitizers and valgrind
 * see a read past its end.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CUTS 64

int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool feed(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL) {
		return false;
	}
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	return true;
}

/* Reads the file whole; NULL with errno set. */
static uint8_t *slurp(int folder, const char *name, size_t *size)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		return NULL;
	}
	size_t len = (size_t)st.st_size;
	uint8_t *data = malloc(len + 1);
	size_t got = 0;

	while (data != NULL && got < len) {
		ssize_t n = read(fd, data + got, len - got);

		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			free(data);
			data = NULL;
		} else {
			got += (size_t)n;
		}
	}
	close(fd);
	*size = len;
	return data;
}

static int replay_file(int folder, const char *name, size_t *inputs)
{
	size_t size;
	uint8_t *data = slurp(folder, name, &size);

	if (data == NULL) {
		fprintf(stderr, "replay: %s: %s\n", name, strerror(errno));
		return -1;
	}
	size_t step = size <= CUTS ? 1 : (size + CUTS - 1) / CUTS;
	bool fed = feed(data, size);

	(*inputs)++;
	for (size_t cut = 0; fed && cut < size; cut += step) {
		fed = feed(data, cut);
		(*inputs)++;
	}
	free(data);
	return fed ? 0 : -1;
}

int main(int argc, char **argv)
{
	size_t files = 0;
	size_t inputs = 0;
	int bad = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIR\n", argv[0]);
		return 64;
	}
	if (LLVMFuzzerInitialize != NULL) {
		LLVMFuzzerInitialize(&argc, &argv);
	}
	DIR *folder = opendir(argv[1]);

	if (folder == NULL) {
		fprintf(stderr, "replay: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		if (entry->d_name[0] == '.') {
			continue;
		}
		bad |= replay_file(dirfd(folder), entry->d_name, &inputs);
		files++;
	}
	closedir(folder);
	printf("%s: %zu inputs from %zu files\n", argv[1], inputs, files);
	if (files == 0) {
		fprintf(stderr, "replay: %s: an empty corpus proves nothing\n", argv[1]);
	}
	return bad != 0 || files == 0;
}
