# SPDX-License-Identifier: MIT
"""JSON Schema, as far as our OpenAPI document uses it; and every object has to say that it has no other members."""
import datetime
import re

KNOWN = {'$ref', 'anyOf', 'type', 'enum', 'required', 'properties', 'additionalProperties', 'items', 'format', 'pattern', 'minimum', 'maximum', 'default', 'description'}
TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'null': type(None)}


def is_type(value, name):
    if name in ('integer', 'number'):
        return not isinstance(value, bool) and isinstance(value, int if name == 'integer' else (int, float))
    return isinstance(value, TYPES[name])


def check_format(value, name, where):
    try:
        if name == 'date-time' and datetime.datetime.fromisoformat(value).tzinfo is None:
            raise ValueError('no offset')
        if name == 'date':
            datetime.date.fromisoformat(value)
    except ValueError as error:
        return [f'{where}: {value!r} is no {name}: {error}']
    return []


def check_object(value, schema, document, where):
    properties = schema.get('properties', {})
    wrong = [] if schema.get('additionalProperties') is False else [f'{where}: the schema leaves open what else there is']
    wrong += [f'{where}: {name} is missing' for name in schema.get('required', []) if name not in value]
    wrong += [f'{where}: {name} is not described' for name in value if name not in properties]
    for name, member in value.items():
        if name in properties:
            wrong += check(member, properties[name], document, f'{where}.{name}')
    return wrong


def check(value, schema, document, where='answer'):
    """What is wrong, as sentences."""
    if not schema:
        return []  # anything
    if set(schema) - KNOWN:
        return [f'{where}: the schema uses {set(schema) - KNOWN}, which nothing checks']
    if '$ref' in schema:
        return check(value, resolve(schema, document), document, where)
    if 'anyOf' in schema:
        all_wrong = [check(value, one, document, where) for one in schema['anyOf']]
        return [] if [] in all_wrong else [sentence for wrong in all_wrong for sentence in wrong]
    types = schema.get('type', [])
    types = [types] if isinstance(types, str) else types
    if types and not any(is_type(value, name) for name in types):
        return [f'{where}: {value!r} is no {"/".join(types)}']
    wrong = [f'{where}: {value!r} is none of {schema["enum"]}'] if 'enum' in schema and value not in schema['enum'] else []
    if isinstance(value, str):
        wrong += check_format(value, schema.get('format'), where)
        wrong += [f'{where}: {value!r} does not match {schema["pattern"]}'] if 'pattern' in schema and not re.search(schema['pattern'], value) else []
    elif isinstance(value, dict):
        wrong += check_object(value, schema, document, where)
    elif isinstance(value, list) and 'items' in schema:
        wrong += [sentence for i, item in enumerate(value) for sentence in check(item, schema['items'], document, f'{where}[{i}]')]
    return wrong


def resolve(node, document):
    while '$ref' in node:
        target = document
        for step in node['$ref'].removeprefix('#/').split('/'):
            target = target[step]
        node = target
    return node


def objects(document):
    """Name and schema of every object in the components; one inside of another is "Outer.member"."""
    def walk(name, node):
        if 'properties' in node:
            yield name, node
            for member, inner in node['properties'].items():
                yield from walk(f'{name}.{member}', inner)
        if 'items' in node:
            yield from walk(name, node['items'])
    for name, node in document['components']['schemas'].items():
        yield from walk(name, node)


def members(node, document):
    """Paths of all members, through arrays and references: {"jobs", "jobs.id", ...}."""
    if '$ref' in node:
        return members(resolve(node, document), document)
    found = set().union(*[members(one, document) for one in node.get('anyOf', [])])
    if 'items' in node:
        found |= members(node['items'], document)
    for name, inner in node.get('properties', {}).items():
        found |= {name} | {f'{name}.{deeper}' for deeper in members(inner, document)}
    return found


def met(value, node, document, name=''):
    """Names (as objects() has them) of the objects that occur in @value, which is as @node says."""
    if '$ref' in node:
        return met(value, resolve(node, document), document, node['$ref'].rsplit('/', 1)[-1])
    if 'anyOf' in node:
        return set().union(*[met(value, one, document, name) for one in node['anyOf'] if not check(value, one, document)])
    if isinstance(value, list):
        return set().union(*[met(item, node.get('items', {}), document, name) for item in value])
    if not isinstance(value, dict):
        return set()
    return {name}.union(*[met(member, node['properties'][key], document, f'{name}.{key}') for key, member in value.items()])
