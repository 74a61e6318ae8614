/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mend: the bundle, and exactly which bytes are signed.
 *
 * Container
 * ---------
 * A bundle (NAME.mend) is an uncompressed POSIX ustar archive of regular
 * files, in this order and with no others:
 *
 *   manifest              the text below
 *   manifest.p7s          detached CMS SignedData (DER) over the bytes of
 *                         "manifest": binary, no signed attributes, SHA-256
 *                         with RSA, one signer, no certificates inside
 *   payload/RELEASE.ko    one per "payload" block, in the manifest's order
 *   vex.json              OpenVEX; only with a "vex" line
 *   sbom.json             SPDX or CycloneDX; only with an "sbom" line
 *
 * Every header is what a reproducible pack writes: mode 0644, uid and gid 0,
 * empty user and group names, mtime 0, typeflag '0', magic "ustar" version
 * "00", no prefix, no link name, no extensions; zero padding to 512 bytes and
 * exactly two zero blocks at the end. Anything else is refused: one content
 * has one encoding.
 *
 * What is signed: the bytes of "manifest", all of them. Each other member but
 * the signature is covered through its SHA-256 and size in the manifest.
 *
 * Manifest
 * --------
 * Lines of "key value", one space between, LF after every line including the
 * last, printable ASCII only (0x20..0x7e), no leading or trailing space, at
 * most MEND_MANIFEST_MAX bytes and MEND_LINE_MAX a line. Keys in this order;
 * ? optional, * any number, + one or more:
 *
 *   format mend-1
 *   id TOKEN              the vendor's name for this advisory, for people
 *   name NAME             [a-z0-9-], 1..63, begins with a letter
 *   generation N          1 .. 2^63-1, decimal, no leading zero
 *   replaces MODE         "none", or "cumulative": supersedes all lower
 *                         generations of this name
 *   kind KIND             security | bugfix | feature | test
 *   severity LEVEL        critical | important | moderate | low | none
 *   cve CVE-YYYY-N *      4 to 19 digits in N; at most MEND_CVES_MAX
 *   title TEXT
 *   created TIME          YYYY-MM-DDTHH:MM:SSZ
 *   expires TIME ?        from that second on the bundle is refused
 *   vex SHA256 SIZE ?
 *   sbom SHA256 SIZE ?
 *   then per payload, at most MEND_PAYLOADS_MAX, releases all different:
 *   payload RELEASE       [A-Za-z0-9._+~-], 1..64, first char alphanumeric
 *   build-id HEX          40 lower-case hex digits
 *   sha256 HEX            64 lower-case hex digits
 *   size N                bytes, 1 .. MEND_PAYLOAD_MAX
 *   func OBJECT SYMBOL SYMPOS +   what it replaces; sympos counts duplicates
 *                         of the name by address from 1, 0: the only one;
 *                         OBJECT is [A-Za-z0-9_-], SYMBOL [A-Za-z0-9_.$],
 *                         SYMPOS below 2^32
 *
 * TOKEN is [A-Za-z0-9._:+-], 1..63. Years are 1970 to 9999. MEND_LINE_MAX does
 * not count the LF. Of "replaces" mend.ko makes no difference yet: at most one
 * generation of a name is on, and a higher one replaces a lower one.
 *
 * The same format is parsed by mend.ko and by libmend, from one description but
 * by two parsers, so that a mistake in one is a disagreement and not a hole.
 */
#ifndef _MEND_BUNDLE_H
#define _MEND_BUNDLE_H

#define MEND_FORMAT		"mend-1"
#define MEND_LINE_MAX		512
#define MEND_CVES_MAX		64
#define MEND_PAYLOADS_MAX	32
#define MEND_FUNCS_MAX		256	/* per payload */
#define MEND_ID_LEN		64	/* with NUL */
#define MEND_BUNDLE_MAX		(256U << 20)
#define MEND_METADATA_MAX	(4U << 20)	/* vex.json, sbom.json */

#define MEND_MEMBER_MANIFEST	"manifest"
#define MEND_MEMBER_SIGNATURE	"manifest.p7s"
#define MEND_MEMBER_PAYLOAD_DIR	"payload/"
#define MEND_MEMBER_PAYLOAD_EXT	".ko"
#define MEND_MEMBER_VEX		"vex.json"
#define MEND_MEMBER_SBOM	"sbom.json"

#endif /* _MEND_BUNDLE_H */
