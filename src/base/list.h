/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_LIST_H
#define DW_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A ring of entries, each a member of the structure it links (see CONTAINER_OF); the head is an
 * entry of its own. An entry that is in no list points to itself, so list_remove may come twice.
 */
struct list {
	struct list *next;
	struct list *prev;
};

static inline void list_init(struct list *l)
{
	l->next = l;
	l->prev = l;
}

static inline void list_append(struct list *head, struct list *entry)
{
	entry->next = head;
	entry->prev = head->prev;
	head->prev->next = entry;
	head->prev = entry;
}

static inline void list_prepend(struct list *head, struct list *entry)
{
	list_append(head->next, entry);
}

static inline void list_remove(struct list *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	list_init(entry);
}

/* NULL when the list is empty. */
static inline struct list *list_first(const struct list *head)
{
	return head->next != head ? head->next : NULL;
}

/* Removes the first entry and returns it; NULL when the list is empty. */
static inline struct list *list_pop(struct list *head)
{
	struct list *first = list_first(head);

	if (first != NULL) {
		list_remove(first);
	}
	return first;
}

static inline bool list_is_empty(const struct list *head)
{
	return head->next == head;
}

/*
 * The same with a head of one pointer, for the buckets of hash tables: zeroed memory is an empty
 * one. An entry is removed once.
 */
struct hlist {
	struct hlist_entry *first;
};

struct hlist_entry {
	struct hlist_entry *next;
	struct hlist_entry **link; /* what points to this entry */
};

static inline void hlist_add(struct hlist *head, struct hlist_entry *entry)
{
	entry->next = head->first;
	entry->link = &head->first;
	if (entry->next != NULL) {
		entry->next->link = &entry->next;
	}
	head->first = entry;
}

static inline void hlist_remove(struct hlist_entry *entry)
{
	*entry->link = entry->next;
	if (entry->next != NULL) {
		entry->next->link = entry->link;
	}
}

#endif
