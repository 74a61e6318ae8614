/* SPDX-License-Identifier: MIT */
/*
 * The folder of trusted certificates, as it is changed: one certificate a file, as the
 * build of mend.ko wants it.
 */
#ifndef MEND_LIB_SIGNERS_H
#define MEND_LIB_SIGNERS_H

#include "machine.h"
#include "trust.h"

#define SIGNER_NAME_LEN	256

/**
 * struct signer_file - a file of the folder
 * @certs:	what it holds: one certificate; none, and @why, if it cannot be read
 * @aside:	it is trusted no more, but signers_remove() has not been finished for it
 */
struct signer_file {
	char name[SIGNER_NAME_LEN];
	bool aside;
	struct trust certs;
	struct err why;
};

/** struct signers - begins with signers_read(), ends with signers_free() */
struct signers {
	char *dir;
	struct signer_file *files;
	size_t nr_files;
};

/** signers_read() - all files; one that cannot be read is among them. No folder: none */
int signers_read(const struct machine *mc, struct signers *s, struct err *e);
void signers_free(struct signers *s);

/**
 * struct signer_change - a certificate that has come, or is about to go
 * @path:	its file
 * @aside:	what that is called until it is gone for good; NULL: it has come
 * @was_there:	it was trusted, or set aside, before
 * @certs:	what has come
 * @gone:	what goes, if that can be read
 */
struct signer_change {
	char *path, *aside;
	bool was_there;
	struct trust certs, gone;
};

/**
 * signers_add() - trust a certificate
 * @from:	a PEM file that holds it
 * @name:	of the file without ".pem"; NULL: that of @from
 *
 * It has to be one that signatures can be made with now. What else is in @from, such as
 * a key, is not copied. If it is trusted already, nothing changes.
 */
int signers_add(const struct machine *mc, const char *from, const char *name, int64_t now,
		struct signer_change *ch, struct err *e);

/**
 * signers_remove() - trust it no more, by the name of its file or its fingerprint
 *
 * Until signer_keep() its file is set aside under another name. If that was done before,
 * and not finished, it is taken up.
 */
int signers_remove(const struct machine *mc, const char *which, struct signer_change *ch,
		   struct err *e);

/** signer_keep() - the change is for good; signer_undo(): all is as it was. Both free @ch */
int signer_keep(struct signer_change *ch, struct err *e);
int signer_undo(struct signer_change *ch, struct err *e);

/** signer_is_authority() - may it sign certificates? mend does not follow those */
bool signer_is_authority(const struct trust_cert *c);

#endif /* MEND_LIB_SIGNERS_H */
