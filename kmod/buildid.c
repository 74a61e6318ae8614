// SPDX-License-Identifier: GPL-2.0-only
/*
 * The running kernel's GNU build-id; see buildid.h.
 *
 * It is in the notes that the linker has collected, the same bytes that
 * /sys/kernel/notes shows. The notes are read-only after boot.
 *
 * Locking: none. Set once in buildid_init().
 */
#define pr_fmt(fmt) "mend: " fmt

#include <linux/align.h>
#include <linux/elf.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <uapi/linux/mend.h>
#include "buildid.h"
#include "compat/ksyms.h"

#define NOTE_GNU_BUILD_ID	3
#define NOTE_OWNER		"GNU"

static u8 build_id[MEND_BUILD_ID_LEN];
static u32 build_id_len;

/* Both name and description are padded to four bytes. */
static const u8 *note_find_build_id(const u8 *note, const u8 *end, u32 *len)
{
	while (end - note >= (ptrdiff_t)sizeof(Elf32_Nhdr)) {
		const Elf32_Nhdr *head = (const void *)note;
		const u8 *name = note + sizeof(*head);
		u64 size = ALIGN((u64)head->n_namesz, 4) + ALIGN((u64)head->n_descsz, 4);

		if (size > end - name)
			return NULL;
		if (head->n_type == NOTE_GNU_BUILD_ID && head->n_namesz == sizeof(NOTE_OWNER) &&
		    !memcmp(name, NOTE_OWNER, sizeof(NOTE_OWNER))) {
			*len = head->n_descsz;
			return name + ALIGN(head->n_namesz, 4);
		}
		note = name + size;
	}
	return NULL;
}

void buildid_init(void)
{
	unsigned long start = ksyms_lookup("__start_notes"), end = ksyms_lookup("__stop_notes");
	const u8 *id = NULL;
	u32 len;

	if (start && end > start)
		id = note_find_build_id((const u8 *)start, (const u8 *)end, &len);
	if (!id || len != sizeof(build_id)) {
		pr_warn("this kernel has no GNU build-id of %zu bytes: no payload can be shown to fit it\n",
			sizeof(build_id));
		return;
	}
	memcpy(build_id, id, len);
	build_id_len = len;
}

const u8 *buildid_get(u32 *len)
{
	*len = build_id_len;
	return build_id;
}
