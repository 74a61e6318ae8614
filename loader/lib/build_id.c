// SPDX-License-Identifier: MIT
/*
 * GNU build-ids from ELF notes. Pure.
 */
#include <gelf.h>
#include <string.h>

#include "payload.h"

static size_t align4(uint32_t n)
{
	return ((size_t)n + 3) & ~(size_t)3;
}

bool build_id_from_notes(struct bytes notes, uint8_t out[MEND_BUILD_ID_LEN])
{
	const uint8_t *p = notes.data;
	size_t left = notes.len, name, desc;
	Elf64_Nhdr n;

	while (left >= sizeof(n)) {
		memcpy(&n, p, sizeof(n));
		p += sizeof(n);
		left -= sizeof(n);
		name = align4(n.n_namesz);
		desc = align4(n.n_descsz);
		if (name > left || desc > left - name)
			return false;
		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 && !memcmp(p, "GNU", 4) &&
		    n.n_descsz == MEND_BUILD_ID_LEN) {
			memcpy(out, p + name, MEND_BUILD_ID_LEN);
			return true;
		}
		p += name + desc;
		left -= name + desc;
	}
	return false;
}

static bool from_segments(Elf *elf, struct bytes file, uint8_t *out)
{
	GElf_Phdr ph;
	size_t i, n;

	if (elf_getphdrnum(elf, &n))
		return false;
	for (i = 0; i < n; i++)
		if (gelf_getphdr(elf, (int)i, &ph) && ph.p_type == PT_NOTE &&
		    ph.p_offset <= file.len && ph.p_filesz <= file.len - ph.p_offset &&
		    build_id_from_notes((struct bytes){ file.data + ph.p_offset, ph.p_filesz },
					out))
			return true;
	return false;
}

static bool from_sections(Elf *elf, uint8_t *out)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_NOTE)
			continue;
		data = elf_rawdata(scn, NULL);
		if (data && data->d_buf &&
		    build_id_from_notes((struct bytes){ data->d_buf, data->d_size }, out))
			return true;
	}
	return false;
}

bool build_id_from_elf(struct bytes file, uint8_t out[MEND_BUILD_ID_LEN])
{
	bool found;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = file.len ? elf_memory((char *)(uintptr_t)file.data, file.len) : NULL;
	if (!elf)
		return false;
	found = elf_kind(elf) == ELF_K_ELF && (from_segments(elf, file, out) ||
					       from_sections(elf, out));
	elf_end(elf);
	return found;
}
