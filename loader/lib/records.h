/* SPDX-License-Identifier: MIT */
/*
 * The history: a folder with a file for each record, whose name is the record's number.
 */
#ifndef MEND_LIB_RECORDS_H
#define MEND_LIB_RECORDS_H

#include <dirent.h>

#include "record.h"

/** struct records - by number; @damaged: files that hold none */
struct records {
	struct record *list;
	size_t nr_records, damaged;
};

/** records_number() - what the name of a file says; 0: it is no record's */
uint64_t records_number(const char *file);

/** records_path() - where a record of that folder is, in a new string, or NULL */
char *records_path(const char *dir, uint64_t number);

/** records_list() - the names of all, by number; as scandir(), ends with fs_free_names() */
int records_list(const char *dir, struct dirent ***names);

/** records_read() - all, as they were written; empty if there is no such folder */
int records_read(const char *dir, struct records *r, struct err *e);
void records_free(struct records *r);

/** records_read_one() - the one of that number; false if it is not there */
bool records_read_one(const char *dir, uint64_t number, struct record *r);

/** records_last() - the last above number @after that switched this generation on, or NULL */
const struct record *records_last(const struct records *r, const char *name, uint64_t generation,
				  uint64_t after);

/** records_confirmed() - the last above number @after that confirmed this generation, or NULL */
const struct record *records_confirmed(const struct records *r, const char *name,
				       uint64_t generation, uint64_t after);

/** records_first() - the oldest that put this generation on with success, or NULL */
const struct record *records_first(const struct records *r, const char *name, uint64_t generation);

/**
 * records_decide() - does a boot decide by that record?
 *
 * It does by what records_last() and records_confirmed() find: without them it would try again
 * what the machine went down with, or ask again for what was confirmed.
 */
bool records_decide(const struct records *r, uint64_t number);

#endif /* MEND_LIB_RECORDS_H */
