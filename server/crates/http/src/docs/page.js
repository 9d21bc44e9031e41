'use strict';
const element = (name, text) => Object.assign(document.createElement(name), text === undefined ? {} : { textContent: text });

/** Writes a schema as the JSON it stands for, with types in place of values. */
function shape(schema, all, seen = []) {
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop();
    return seen.includes(name) ? name : shape(all[name], all, [...seen, name]);
  }
  if (schema.oneOf) return shape(schema.oneOf.find((one) => one.type !== 'null') ?? {}, all, seen);
  const type = [schema.type].flat().filter((one) => one !== 'null')[0];
  if (type === 'array') return [shape(schema.items, all, seen)];
  if (type === 'object' && schema.properties) {
    const required = schema.required ?? [];
    return Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [required.includes(key) ? key : `${key}?`, shape(value, all, seen)]));
  }
  return [schema.format ?? type ?? 'any', schema.description].filter(Boolean).join(': ');
}

function block(title, content, all) {
  const schema = Object.values(content ?? {})[0]?.schema;
  if (!schema) return [];
  return [element('p', title), element('pre', JSON.stringify(shape(schema, all), null, 2))];
}

function route(path, method, operation, { schemas: all, responses }) {
  const details = element('details');
  const summary = element('summary');
  summary.append(element('b', method.toUpperCase()), element('code', path), element('span', operation.summary ?? ''));
  const body = element('div');
  body.className = 'body';
  const needs = operation.security?.flatMap((one) => Object.values(one)).flat() ?? [];
  if (needs.length) body.append(element('p', `Needs the permission ${needs.join(', ')}.`));
  if (operation.description) body.append(element('p', operation.description));
  for (const parameter of operation.parameters ?? []) {
    body.append(element('p', `${parameter.in} ${parameter.name}${parameter.required ? '' : '?'}: ${parameter.description ?? parameter.schema?.format ?? ''}`));
  }
  body.append(...block('Takes', operation.requestBody?.content, all));
  for (const [status, response] of Object.entries(operation.responses)) {
    const { content } = response.$ref ? responses[response.$ref.split('/').pop()] : response;
    body.append(...block(`Answers ${status}`, content, all));
  }
  details.append(summary, body);
  return details;
}

async function show() {
  const api = await (await fetch('/openapi.json')).json();
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const [group] = operation.tags;
      groups.set(group, [...(groups.get(group) ?? []), route(path, method, operation, api.components)]);
    }
  }
  for (const [name, routes] of groups) {
    document.getElementById('routes').append(element('h2', name), ...routes);
  }
}

show();
