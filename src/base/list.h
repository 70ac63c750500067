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

static inline bool list_is_empty(const struct list *head)
{
	return head->next == head;
}

#endif
