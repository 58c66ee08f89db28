// The grammar of SPL for tree-sitter. It accepts exactly the texts that splc's own parser accepts
// (spl/syntax/parser.yy); tests/editors compares the two on many texts.
//
// The names are read by src/scanner.c, for two reasons that regular expressions cannot express:
// comments nest, and a keyword is no name even where the keyword itself cannot stand. Inside a
// property other words are reserved than outside, so each of the two has its own tokens.

// Binding, weakest first: docs/language.md.
const EXPRESSION = { or: 1, and: 2, not: 3, compare: 4, add: 5, multiply: 6, minus: 7 };
const FORMULA = { iff: 1, implies: 2, or: 3, and: 4, until: 5, unary: 6 };

const commaList = rule => seq(rule, repeat(seq(',', rule)), optional(','));

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];

module.exports = grammar({
  name: 'spl',

  // The order is that of `enum Token` in src/scanner.c.
  externals: $ => [
    $.comment,
    $.string,
    $.identifier,
    $.statecall,
    $._formula_identifier,
    $._formula_statecall,
  ],

  extras: $ => [/[ \t\r\n]/, $.comment],
  word: $ => $._word,
  supertypes: $ => [$._declaration, $._statement, $._expression, $._formula],

  rules: {
    source_file: $ => repeat($._declaration),

    _declaration: $ => choice(
      $.import_declaration,
      $.statecalls_declaration,
      $.function_declaration,
      $.automaton_declaration,
      $.property_declaration,
    ),

    import_declaration: $ => seq('import', field('path', $.string), ';'),

    statecalls_declaration: $ => seq(
      'statecalls', '{', optional(commaList($.statecall)), '}', optional(';')),

    function_declaration: $ => seq('function', routine($)),
    automaton_declaration: $ => seq('automaton', routine($)),

    parameters: $ => seq('(', optional(commaList($.parameter)), ')'),
    parameter: $ => seq(
      field('type', choice($.bool_type, $.int_type)),
      field('name', $.identifier),
      optional(seq('=', field('value', choice($.signed_integer, $.boolean)))),
    ),
    bool_type: _ => 'bool',
    int_type: $ => seq(
      'int',
      optional(seq('(', field('low', $.signed_integer), '..', field('high', $.signed_integer), ')')),
    ),

    block: $ => seq('{', repeat($._statement), '}'),

    _statement: $ => choice(
      $.statecall_statement,
      $.call_statement,
      $.assignment,
      $.always_allow_statement,
      $.multiple_statement,
      $.optional_statement,
      $.either_statement,
      $.during_statement,
      $.do_statement,
      $.while_statement,
      $.exit_statement,
      $.abort_statement,
    ),

    statecall_statement: $ => seq($.statecall, ';'),
    call_statement: $ => seq(field('function', $.identifier), $.arguments, ';'),
    arguments: $ => seq('(', optional(commaList($.identifier)), ')'),
    assignment: $ => seq(field('variable', $.identifier), '=', field('value', $._expression), ';'),

    always_allow_statement: $ => seq('always_allow', $.allowed, body($)),
    allowed: $ => seq('(', optional(commaList($.statecall)), ')'),

    multiple_statement: $ => seq('multiple', optional($.bounds), body($)),
    bounds: $ => seq(
      '(',
      choice(
        field('exactly', $.integer),
        seq(field('low', $.integer), '..', optional(field('high', $.integer))),
        seq('..', field('high', $.integer)),
      ),
      ')',
    ),

    optional_statement: $ => seq('optional', body($)),

    either_statement: $ => seq(
      'either', alias($._branch, $.branch),
      repeat1(seq(choice('or', '||'), alias($._branch, $.branch))),
    ),
    _branch: $ => seq(optional($.guard), body($)),

    during_statement: $ => seq('during', body($), repeat($.handle)),
    handle: $ => seq('handle', body($)),

    do_statement: $ => seq('do', body($), 'until', optional($.guard), ';'),
    while_statement: $ => seq('while', optional($.guard), body($)),
    exit_statement: _ => seq('exit', ';'),
    abort_statement: _ => seq('abort', ';'),

    guard: $ => seq('(', $._expression, ')'),

    _expression: $ => choice(
      $.integer,
      $.boolean,
      $.identifier,
      $.parenthesized_expression,
      $.unary_expression,
      $.binary_expression,
    ),
    parenthesized_expression: $ => seq('(', $._expression, ')'),
    unary_expression: $ => choice(
      prec(EXPRESSION.not, seq(field('operator', '!'), field('operand', $._expression))),
      prec(EXPRESSION.minus, seq(field('operator', '-'), field('operand', $._expression))),
    ),
    binary_expression: $ => choice(
      infix(prec.left, EXPRESSION.or, ['||', 'or'], $._expression),
      infix(prec.left, EXPRESSION.and, ['&&'], $._expression),
      infix(prec.left, EXPRESSION.compare, COMPARISONS, $._expression),
      infix(prec.left, EXPRESSION.add, ['+', '-'], $._expression),
      infix(prec.left, EXPRESSION.multiply, ['*', '/'], $._expression),
    ),

    property_declaration: $ => seq(
      'property', field('name', alias($._formula_identifier, $.identifier)),
      ':', field('formula', $._formula), ';'),

    _formula: $ => choice(
      $.boolean,
      $.statecall_atom,
      $.statecall_pattern,
      $.finished_atom,
      $.variable,
      $.comparison,
      $.parenthesized_formula,
      $.unary_formula,
      $.since_formula,
      $.binary_formula,
    ),
    parenthesized_formula: $ => seq('(', $._formula, ')'),
    statecall_atom: $ => alias($._formula_statecall, $.statecall),
    statecall_pattern: $ => seq(
      field('left', alias($._formula_statecall, $.statecall)),
      field('operator', choice('precedes', 'responds_to')),
      field('right', alias($._formula_statecall, $.statecall)),
    ),
    finished_atom: $ => seq(
      field('automaton', alias($._formula_identifier, $.identifier)), '.', 'finished'),
    variable: $ => seq(
      optional(seq(field('automaton', alias($._formula_identifier, $.identifier)), '.')),
      field('name', alias($._formula_identifier, $.identifier)),
    ),
    comparison: $ => seq(
      field('left', choice($.signed_integer, $.variable)),
      field('operator', choice(...COMPARISONS)),
      field('right', choice($.signed_integer, $.variable)),
    ),
    unary_formula: $ => prec(FORMULA.unary, seq(
      field('operator', choice(
        'not', '!', 'always', '[]', 'eventually', '<>', 'next', 'X', 'once', 'never', 'reachable')),
      field('operand', $._formula),
    )),
    since_formula: $ => seq(
      'since', '(', field('left', $._formula), ',', field('right', $._formula), ')'),
    binary_formula: $ => choice(
      infix(prec.left, FORMULA.iff, ['iff', '<->'], $._formula),
      infix(prec.right, FORMULA.implies, ['implies', '->'], $._formula),
      infix(prec.left, FORMULA.or, ['or', '||'], $._formula),
      infix(prec.left, FORMULA.and, ['and', '&&'], $._formula),
      infix(prec.right, FORMULA.until, ['until', 'U', 'weak_until', 'W'], $._formula),
    ),

    boolean: _ => choice('true', 'false'),
    integer: _ => /[0-9]+/,
    signed_integer: _ => seq(optional('-'), /[0-9]+/),

    // Every keyword is one of these, so that `automatonx` is not `automaton` and a name.
    _word: _ => /[A-Za-z_][A-Za-z0-9_]*/,
  },
});

function routine($) {
  return seq(field('name', $.identifier), $.parameters, field('body', $.block), optional(';'));
}

// A `;` after the block of a statement is allowed and means nothing.
function body($) {
  return seq(field('body', $.block), optional(';'));
}

function infix(associativity, precedence, operators, operand) {
  return associativity(precedence, seq(
    field('left', operand), field('operator', choice(...operators)), field('right', operand)));
}
