// SPDX-License-Identifier: MIT
/*
 * One datagram to journald, in the protocol that systemd.journal documents: lines of
 * FIELD=value. Values hold no line feed here, so none needs the binary form.
 */
#include "journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "reason.h"

#define SOCKET		"/run/systemd/journal/socket"
#define PRIORITY_ERR	3
#define PRIORITY_WARN	4
#define PRIORITY_NOTICE	5

static const char *message_id(const struct record *r, int *priority)
{
	switch (r->outcome) {
	case RECORD_REFUSED:
	case RECORD_SKIPPED:
		*priority = PRIORITY_WARN;
		return JOURNAL_ID_REFUSED;
	case RECORD_FAILED:
	case RECORD_INTERRUPTED:
	case RECORD_DOWN:
		*priority = PRIORITY_ERR;
		return JOURNAL_ID_FAILED;
	case RECORD_ROLLED_BACK:
		*priority = PRIORITY_ERR;
		return JOURNAL_ID_ROLLED_BACK;
	default:
		/* what was done has a text of its own only where somebody is to be warned */
		*priority = r->text[0] && !r->reason ? PRIORITY_WARN : PRIORITY_NOTICE;
		return r->signer.subject[0] ? JOURNAL_ID_TRUST : JOURNAL_ID_CHANGED;
	}
}

/* A line: whatever could end it, or steer a terminal, becomes '?' */
static void field(struct buf *out, const char *name, const char *value)
{
	char c;

	buf_printf(out, "%s=", name);
	for (; *value; value++) {
		c = (unsigned char)*value < 0x20 || *value == 0x7f ? '?' : *value;
		buf_append(out, &c, 1);
	}
	buf_append(out, "\n", 1);
}

/* What journalctl shows: "apply ant.7: refused (POLICY_HOLD): mend.conf holds ..." */
static void message(const struct record *r, struct buf *out)
{
	struct buf text = { 0 };

	buf_printf(&text, "%s%s", r->verb, r->nr_patches || r->signer.subject[0] ? " " : "");
	record_subject(r, &text);
	buf_printf(&text, ": %s", record_outcome_name(r->outcome));
	if (r->reason)
		buf_printf(&text, " (%s)", reason_lookup(r->reason)->name);
	if (r->text[0])
		buf_printf(&text, ": %s", r->text);
	buf_append(&text, "", 1);
	out->failed |= text.failed;
	if (!text.failed)
		field(out, "MESSAGE", (const char *)text.data);
	buf_free(&text);
}

void journal_format(const struct record *r, struct buf *out)
{
	int priority;
	const char *id = message_id(r, &priority);
	size_t i;

	message(r, out);
	field(out, "MESSAGE_ID", id);
	buf_printf(out, "PRIORITY=%d\nSYSLOG_IDENTIFIER=mend\nMEND_PAUSE_NS=%ju\n", priority,
		   (uintmax_t)r->pause_ns);
	field(out, "MEND_VERB", r->verb);
	field(out, "MEND_OUTCOME", record_outcome_name(r->outcome));
	field(out, "MEND_USER", r->user);
	if (r->reason) {
		field(out, "MEND_REASON", reason_lookup(r->reason)->name);
		buf_printf(out, "MEND_REASON_NUMBER=%u\n", r->reason);
	}
	if (r->text[0])
		field(out, "MEND_TEXT", r->text);
	if (r->signer.subject[0]) {
		field(out, "MEND_SIGNER", r->signer.subject);
		field(out, "MEND_FINGERPRINT", r->signer.fingerprint);
		field(out, "MEND_TRUSTED", r->signer.trusted ? "yes" : "no");
	}
	for (i = 0; i < r->nr_patches; i++)
		buf_printf(out, "MEND_PATCH=%s.%ju\n", r->patches[i].name,
			   (uintmax_t)r->patches[i].generation);
}

static void send_to(const char *path, struct bytes data)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	while (sendto(fd, data.data, data.len, MSG_NOSIGNAL | MSG_DONTWAIT,
		      (struct sockaddr *)&address, sizeof(address)) < 0 && errno == EINTR)
		;
	close(fd);
}

void journal_record(const struct machine *mc, const struct record *r)
{
	char *path = machine_path(mc, SOCKET);
	struct buf data = { 0 };

	journal_format(r, &data);
	if (path && !data.failed)
		send_to(path, buf_bytes(&data));
	buf_free(&data);
	free(path);
}
