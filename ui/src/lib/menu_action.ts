// What a menu offers. Deliberately not here: how it looks and is moved in (components/Menu.svelte).

interface Offered {
  /** By which tests and icons know it. */
  readonly name: string;
  readonly label: string;
  readonly danger?: boolean;
  /** Whether it cannot be chosen now. */
  readonly disabled?: boolean;
  /** Whether a line parts it from what stands above. */
  readonly parted?: boolean;
}

/** Something that is done when it is chosen. */
export type Choice = Offered & { readonly run: () => void };

/** A menu of its own, beside the one it is in. */
export type SubMenu = Offered & { readonly items: readonly MenuAction[] };

/** Some that stand together under a heading. */
export type MenuGroup = Offered & { readonly group: readonly MenuAction[] };

export type MenuAction = Choice | SubMenu | MenuGroup;
