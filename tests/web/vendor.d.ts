// What the two libraries of the page look like to the type checker.
declare module '*/vendor/htm-preact.js' {
  export function html(strings: TemplateStringsArray, ...values: any[]): any;
  export function render(tree: any, parent: Element): void;
  export function useEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useLayoutEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useRef<T>(initial: T): { current: T };
  export function useState<T>(initial: T | (() => T)): [T, (next: T | ((now: T) => T)) => void];
  export function useReducer<S, A>(reducer: (now: S, action: A) => S, initial: S): [S, (action: A) => void];
  export function useMemo<T>(make: () => T, inputs?: readonly unknown[]): T;
  export function useCallback<T>(callback: T, inputs?: readonly unknown[]): T;
}

declare module '*/vendor/signals-core.js' {
  export function signal<T>(value: T): { value: T; peek(): T };
  export function computed<T>(compute: () => T): { readonly value: T; peek(): T };
  export function effect(run: () => void | (() => void)): () => void;
  export function batch<T>(run: () => T): T;
  export function untracked<T>(run: () => T): T;
}
