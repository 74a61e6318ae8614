// SPDX-License-Identifier: MIT
/* See harness.h. Stands in for differ/fail.c, and in front of what allocates elsewhere. */
#include "harness.h"

#include <elfutils/libdwfl.h>
#include <libelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fail.h"

/* One for each thing; a block of memory is moved when it grows. */
#define THINGS_MAX	(1U << 20)

enum kind { MEMORY, ELF, DWFL };

static struct {
	enum kind kind;
	void *p;
} things[THINGS_MAX];
static size_t nr_things;
static int file = -1;

jmp_buf harness_failed;

/* In fuzz builds these are called where the program calls the libraries' own. */
Elf *harness_elf_memory(char *image, size_t size);
Dwfl *harness_dwfl_begin(const Dwfl_Callbacks *callbacks);
int harness_vasprintf(char **text, const char *format, va_list args);

/* What fail() interrupts may hold memory of the C library: that is no finding. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static void *keep(enum kind kind, void *p)
{
	if (nr_things == THINGS_MAX || !p)
		fail("out of memory");
	things[nr_things].kind = kind;
	things[nr_things++].p = p;
	return p;
}

const char *harness_begin(const uint8_t *data, size_t size)
{
	static char path[64];

	file = memfd_create("input", 0);
	if (file < 0 || write(file, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return path;
}

void harness_end(void)
{
	while (nr_things--) {
		switch (things[nr_things].kind) {
		case MEMORY:
			free(things[nr_things].p);
			break;
		case ELF:
			elf_end(things[nr_things].p);
			break;
		case DWFL:
			dwfl_end(things[nr_things].p);
			break;
		}
	}
	nr_things = 0;
	close(file);
}

Elf *harness_elf_memory(char *image, size_t size)
{
	Elf *elf = elf_memory(image, size);

	return elf ? keep(ELF, elf) : NULL;
}

Dwfl *harness_dwfl_begin(const Dwfl_Callbacks *callbacks)
{
	return keep(DWFL, dwfl_begin(callbacks));
}

void fail(const char *format, ...)
{
	va_list args;

	/* The message is made, since making it reads what it is about. */
	va_start(args, format);
	vsnprintf((char[4096]){ 0 }, 4096, format, args);
	va_end(args);
	longjmp(harness_failed, 1);
}

void *xcalloc(size_t n, size_t size)
{
	return keep(MEMORY, calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *old, size_t n, size_t size)
{
	size_t i;
	void *p;

	if (!old)
		return xcalloc(n, size);
	for (i = nr_things; i && things[i - 1].p != old; i--)
		;
	if (!i || (size && n > SIZE_MAX / size))
		fail("out of memory");
	p = realloc(old, n && size ? n * size : 1);
	if (!p)
		fail("out of memory");
	return things[i - 1].p = p;
}

int harness_vasprintf(char **text, const char *format, va_list args)
{
	int len = vasprintf(text, format, args);

	if (len >= 0)
		keep(MEMORY, *text);
	return len;
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = harness_vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		fail("out of memory");
	return text;
}
