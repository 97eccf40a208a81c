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
  warning: 'M12 4.5 20.5 19h-17zM12 10v4M12 16.5v.1',
}

/**
 * A line icon in the colour of the text around it, hidden from screen readers.
 *
 * @param {keyof typeof iconPaths} name
 */
export function icon(name) {
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(svgNamespace, 'path')
  path.setAttribute('d', iconPaths[name])
  svg.append(path)
  return svg
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
