package health.helan.foundation.fhirpath;

import health.helan.foundation.fhirpath.Lexer.Token;
import health.helan.foundation.fhirpath.Lexer.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads an expression by the precedence of FHIRPath N1, annex B (the ANTLR grammar). */
final class Parser {
  /** Longest expression that is read, in characters. */
  static final int MAX_LENGTH = 20_000;

  private static final int MAX_DEPTH = 100;
  private static final int MAX_PARTS = 1_000;
  private static final int TYPE_PRECEDENCE = 6;
  private static final Map<String, Integer> PRECEDENCE =
      Map.ofEntries(
          Map.entry("implies", 1),
          Map.entry("or", 2),
          Map.entry("xor", 2),
          Map.entry("and", 3),
          Map.entry("in", 4),
          Map.entry("contains", 4),
          Map.entry("=", 5),
          Map.entry("~", 5),
          Map.entry("!=", 5),
          Map.entry("!~", 5),
          Map.entry("is", TYPE_PRECEDENCE),
          Map.entry("as", TYPE_PRECEDENCE),
          Map.entry("<", 7),
          Map.entry(">", 7),
          Map.entry("<=", 7),
          Map.entry(">=", 7),
          Map.entry("|", 8),
          Map.entry("+", 9),
          Map.entry("-", 9),
          Map.entry("&", 9),
          Map.entry("*", 10),
          Map.entry("/", 10),
          Map.entry("div", 10),
          Map.entry("mod", 10));

  private final String text;
  private final List<Token> tokens;
  private int at;
  private int depth;
  private int parts;

  private Parser(String text) {
    this.text = text;
    this.tokens = Lexer.tokens(text);
  }

  /**
   * @throws FhirPathException with line and column if the text is no expression, or too long or
   *     deep
   */
  static Ast parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw FhirPathException.limit("The expression is longer than " + MAX_LENGTH + " characters");
    }
    var parser = new Parser(text);
    Ast ast = parser.expression(0);
    Token rest = parser.peek();
    if (rest.type() != Type.END) {
      throw parser.fault(rest, "The expression should end before '" + rest.text() + "'");
    }
    return ast;
  }

  private FhirPathException fault(Token token, String message) {
    return Lexer.fault(FhirPathException.Kind.SYNTAX, text, token.at(), message);
  }

  private FhirPathException tooLarge(Token token, String message) {
    return Lexer.fault(FhirPathException.Kind.LIMIT, text, token.at(), message);
  }

  private Token peek() {
    return tokens.get(at);
  }

  private Token next() {
    return tokens.get(at++);
  }

  private boolean accept(String symbol) {
    if (peek().is(symbol)) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(String symbol) {
    Token token = peek();
    if (!accept(symbol)) {
      throw fault(token, "'" + symbol + "' was expected, not '" + token.text() + "'");
    }
  }

  /** Left-leaning chains make deep trees too, so every part counts. */
  private <T extends Ast> T part(T ast) {
    if (++parts > MAX_PARTS) {
      throw tooLarge(peek(), "The expression has more than " + MAX_PARTS + " parts");
    }
    return ast;
  }

  private Ast expression(int above) {
    if (++depth > MAX_DEPTH) {
      throw tooLarge(peek(), "The expression is nested deeper than " + MAX_DEPTH);
    }
    Ast left = signed();
    while (true) {
      Token token = peek();
      Integer precedence =
          token.type() == Type.SYMBOL || token.type() == Type.IDENTIFIER
              ? PRECEDENCE.get(token.text())
              : null;
      if (precedence == null || precedence <= above) {
        depth--;
        return left;
      }
      at++;
      left =
          precedence == TYPE_PRECEDENCE
              ? typed(token, token.text(), left)
              : part(new Ast.Binary(token.at(), token.text(), left, expression(precedence)));
    }
  }

  private Ast signed() {
    Token token = peek();
    if (!token.is("+") && !token.is("-")) {
      return postfix();
    }
    if (++depth > MAX_DEPTH) {
      throw tooLarge(token, "The expression is nested deeper than " + MAX_DEPTH);
    }
    at++;
    Ast operand = signed();
    depth--;
    return part(new Ast.Sign(token.at(), token.text().equals("-"), operand));
  }

  private Ast postfix() {
    Ast ast = term();
    while (true) {
      Token token = peek();
      if (accept(".")) {
        ast = invocation(ast);
      } else if (accept("[")) {
        Ast index = expression(0);
        expect("]");
        ast = part(new Ast.Index(token.at(), ast, index));
      } else {
        return ast;
      }
    }
  }

  private Ast term() {
    Token token = peek();
    return switch (token.type()) {
      case IDENTIFIER -> {
        if (token.text().equals("true") || token.text().equals("false")) {
          at++;
          yield part(new Ast.Literal(token.at(), Node.of(token.text().equals("true"))));
        }
        yield invocation(null);
      }
      case QUOTED_IDENTIFIER, SPECIAL -> invocation(null);
      case STRING -> {
        at++;
        yield part(new Ast.Literal(token.at(), Node.of(token.text())));
      }
      case INTEGER, DECIMAL -> part(number());
      case DATE -> part(moment(Moment.Kind.DATE));
      case DATETIME -> part(moment(Moment.Kind.DATETIME));
      case TIME -> part(moment(Moment.Kind.TIME));
      case VARIABLE -> {
        at++;
        yield part(new Ast.Variable(token.at(), token.text()));
      }
      case SYMBOL -> {
        at++;
        if (token.is("(")) {
          Ast inner = expression(0);
          expect(")");
          yield inner;
        }
        if (token.is("{")) {
          expect("}");
          yield part(new Ast.Literal(token.at(), null));
        }
        throw fault(token, "A value or a path was expected, not '" + token.text() + "'");
      }
      case END -> throw fault(token, "The expression ends where a value or a path was expected");
    };
  }

  private Ast number() {
    Token token = next();
    Token unit = peek();
    boolean quoted = unit.type() == Type.STRING;
    if (quoted || (unit.type() == Type.IDENTIFIER && Quantity.isCalendarWord(unit.text()))) {
      at++;
      var value = literal(token);
      return new Ast.Literal(token.at(), Node.of(new Quantity(value, unit.text(), !quoted, false)));
    }
    if (token.type() == Type.DECIMAL) {
      return new Ast.Literal(token.at(), Node.of(literal(token)));
    }
    var value = literal(token);
    if (value.toBigInteger().bitLength() > 31) {
      throw fault(token, "An integer must lie within 32 bits");
    }
    return new Ast.Literal(token.at(), Node.of(value.intValue()));
  }

  private BigDecimal literal(Token token) {
    if (token.text().length() > 100) {
      throw tooLarge(token, "A number of more than 100 digits");
    }
    return new BigDecimal(token.text());
  }

  private Ast moment(Moment.Kind kind) {
    Token token = next();
    Moment value = Moment.parse(token.text(), kind);
    if (value == null) {
      throw fault(token, "This is no valid " + (kind == Moment.Kind.TIME ? "time" : "date"));
    }
    return new Ast.Literal(token.at(), Node.of(value));
  }

  private Ast invocation(@Nullable Ast source) {
    Token name = next();
    if (name.type() == Type.SPECIAL) {
      if (source != null && !name.text().equals("this")) {
        throw fault(name, "$" + name.text() + " cannot follow a dot");
      }
      return source != null ? source : part(new Ast.Special(name.at(), name.text()));
    }
    if (name.type() != Type.IDENTIFIER && name.type() != Type.QUOTED_IDENTIFIER) {
      throw fault(name, "A name was expected, not '" + name.text() + "'");
    }
    if (!peek().is("(")) {
      return part(new Ast.Member(name.at(), source, name.text()));
    }
    at++;
    if (name.text().equals("is") || name.text().equals("as") || name.text().equals("ofType")) {
      Ast typed = typed(name, name.text(), source);
      expect(")");
      return typed;
    }
    var arguments = new ArrayList<Ast>(2);
    if (!accept(")")) {
      do {
        arguments.add(expression(0));
      } while (accept(","));
      expect(")");
    }
    return part(new Ast.Call(name.at(), source, name.text(), List.copyOf(arguments)));
  }

  private Ast typed(Token operator, String name, @Nullable Ast source) {
    String type = typeName();
    String namespace = null;
    if (accept(".")) {
      namespace = type;
      type = typeName();
    }
    return part(new Ast.Typed(operator.at(), name, source, namespace, type));
  }

  private String typeName() {
    Token token = next();
    if (token.type() != Type.IDENTIFIER && token.type() != Type.QUOTED_IDENTIFIER) {
      throw fault(token, "The name of a type was expected, not '" + token.text() + "'");
    }
    return token.text();
  }
}
