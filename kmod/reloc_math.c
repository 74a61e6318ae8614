// SPDX-License-Identifier: GPL-2.0-only
/* Relocation arithmetic; see reloc_math.h. Pure. */
#include <mend/payload.h>
#include "reloc_math.h"

u32 reloc_width(u32 type)
{
	switch (type) {
	case MEND_RELOC_64:
	case MEND_RELOC_PC64:
		return 8;
	case MEND_RELOC_32:
	case MEND_RELOC_32S:
	case MEND_RELOC_PC32:
	case MEND_RELOC_PLT32:
		return 4;
	default:
		return 0;
	}
}

bool reloc_in_bounds(u64 place, u32 width, u64 base, u64 size)
{
	return place >= base && width <= size && place - base <= size - width;
}

int reloc_compute(u32 type, u64 symbol, s64 addend, u64 place, u64 *value)
{
	/* Wraps like the addresses do; the range checks below see the result. */
	u64 sum = symbol + (u64)addend;

	switch (type) {
	case MEND_RELOC_64:
		break;
	case MEND_RELOC_32:
		if (sum > U32_MAX)
			return -ERANGE;
		break;
	case MEND_RELOC_32S:
		if ((s64)sum < S32_MIN || (s64)sum > S32_MAX)
			return -ERANGE;
		break;
	case MEND_RELOC_PC64:
		sum -= place;
		break;
	case MEND_RELOC_PC32:
	case MEND_RELOC_PLT32:
		sum -= place;
		if ((s64)sum < S32_MIN || (s64)sum > S32_MAX)
			return -ERANGE;
		break;
	default:
		return -EINVAL;
	}
	*value = sum;
	return 0;
}
