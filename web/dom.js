/** @file Building DOM nodes. Text only ever becomes text nodes; nothing here parses HTML. */

const svgNamespace = 'http://www.w3.org/2000/svg'

/**
 * Creates an element. `on…` keys are listeners; `class`, `aria-*` and other names with a hyphen are
 * attributes; everything else is a property.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [props]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag)
  for (const [key, value] of Object.entries(props)) setProp(node, key, value)
  node.append(...children)
  return node
}

/**
 * The element with this id, of the class expected there.
 *
 * @template {HTMLElement} Type
 * @param {string} id
 * @param {new () => Type} type
 * @returns {Type}
 */
export function byId(id, type) {
  const node = document.getElementById(id)
  if (!(node instanceof type)) throw new Error(`internal: no ${type.name} with id "${id}"`)
  return node
}

const iconPaths = {
  send: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  stop: 'M8 8h8v8H8z',
  close: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  copy: 'M9 9h10v10H9zM15 9V5H5v10h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  retry: 'M5 12a7 7 0 1 1 2.1 5M5 12V7M5 12h5',
  down: 'M12 5v14M5.5 12.5 12 19l6.5-6.5',
  plus: 'M12 5v14M5 12h14',
  calendar: 'M5 7h14v12H5zM5 11h14M9 4v4M15 4v4',
  page: 'M7 4h7l4 4v12H7zM14 4v4h4',
  notFound: 'M11 5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15.5 15.5 20 20M9 11h4',
  thumbUp:
    'M7 11v8H4v-8zM7 11l4-7c1.7 0 2.6 1.2 2.2 2.8L12.6 10H18a2 2 0 0 1 2 2.4l-1.2 5A2 2 0 0 1 16.8 19H7',
  thumbDown:
    'M7 13V5H4v8zM7 13l4 7c1.7 0 2.6-1.2 2.2-2.8L12.6 14H18a2 2 0 0 0 2-2.4l-1.2-5A2 2 0 0 0 16.8 5H7',
  back: 'M19 12H5M11 6l-6 6 6 6',
  upload: 'M12 16V5M6.5 10.5 12 5l5.5 5.5M5 19h14',
  trash: 'M5 7h14M9.5 7V4.5h5V7M7 7l1 12.5h8L17 7',
  search: 'M11 5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15.5 15.5 20 20',
  trace: 'M5 6h14M5 12h9M5 18h5M18 15v6M15 18h6',
  model: 'M12 4l7 4v8l-7 4-7-4V8zM5 8l7 4 7-4M12 12v8',
  warning: 'M12 4.5 20.5 19h-17zM12 10v4M12 16.5v.1',
}

/**
 * A line icon in the colour of the text around it, hidden from screen readers.
 *
 * @param {keyof typeof iconPaths} name
 */
export function icon(name) {
  const path = svg('path', { d: iconPaths[name] })
  return svg('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' }, path)
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...Node} children
 */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(svgNamespace, tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

/**
 * @param {HTMLElement} node
 * @param {string} key
 * @param {unknown} value
 */
function setProp(node, key, value) {
  if (key.startsWith('on')) {
    node.addEventListener(key.slice(2), /** @type {EventListener} */ (value))
  } else if (key === 'class' || key.includes('-')) {
    node.setAttribute(key, String(value))
  } else {
    Reflect.set(node, key, value)
  }
}
