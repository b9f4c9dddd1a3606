/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes down all symbols that the kernel's Kconfig files define, one a line, as the kernel's own Kconfig parser understands them:
 * menus, "if" blocks and "depends on" of every place where a symbol is defined are joined, and macros expanded.
 *
 * name TAB type TAB when its prompt is shown ("n": it has none) TAB what it depends on TAB what selects it TAB the members of its choice TAB file:line
 *
 * It is compiled inside the kernel's source, beside Kconfig's other front ends (see symbols), which is why it bears their licence.
 */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"
#include "lkc.h"

static void word(void *data, struct symbol *sym, const char *str)
{
	fputs(str, stdout);
}

static void expression(struct expr *expr, const char *none)
{
	putchar('\t');
	if (expr)
		expr_print(expr, word, NULL, E_NONE);
	else
		fputs(none, stdout);
}

int main(int argc, char **argv)
{
	struct symbol *sym;

	conf_parse(argv[1]);
	for_all_symbols(sym) {
		struct expr *shown = NULL;
		struct property *prompt;
		struct menu *choice, *member;
		int prompts = 0, always = 0;

		/* Constants, and names that are only mentioned. */
		if (!sym->name || (sym->flags & SYMBOL_CONST) || sym->type == S_UNKNOWN || list_empty(&sym->menus))
			continue;
		for_all_prompts(sym, prompt) {
			prompts++;
			if (!prompt->visible.expr)
				always = 1;
			else
				shown = shown ? expr_alloc_or(shown, prompt->visible.expr) : prompt->visible.expr;
		}
		printf("%s\t%s", sym->name, sym_type_name(sym->type));
		expression(always ? NULL : shown, prompts ? "y" : "n");
		expression(sym->dir_dep.expr, "y");
		expression(sym->rev_dep.expr, "n");
		putchar('\t');
		choice = sym_get_choice_menu(sym);
		if (choice)
			menu_for_each_sub_entry(member, choice)
				if (member->sym && member->sym->name)
					printf("%s ", member->sym->name);
		member = list_first_entry(&sym->menus, struct menu, link);
		printf("\t%s:%d\n", member->filename, member->lineno);
	}
	return 0;
}
