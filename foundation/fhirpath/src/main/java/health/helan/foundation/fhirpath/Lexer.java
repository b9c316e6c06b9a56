package health.helan.foundation.fhirpath;

import java.util.ArrayList;
import java.util.List;

/** Cuts the text of an expression into tokens. */
final class Lexer {
  enum Type {
    IDENTIFIER,
    QUOTED_IDENTIFIER,
    STRING,
    INTEGER,
    DECIMAL,
    DATE,
    DATETIME,
    TIME,
    VARIABLE,
    SPECIAL,
    SYMBOL,
    END
  }

  /** A token; {@code text} is without quotes and escapes. */
  record Token(Type type, String text, int at) {
    boolean is(String symbol) {
      return type == Type.SYMBOL && text.equals(symbol);
    }

    boolean isWord(String word) {
      return type == Type.IDENTIFIER && text.equals(word);
    }
  }

  private final String text;
  private int at;

  private Lexer(String text) {
    this.text = text;
  }

  static List<Token> tokens(String text) {
    var lexer = new Lexer(text);
    var tokens = new ArrayList<Token>();
    Token token;
    do {
      token = lexer.next();
      tokens.add(token);
    } while (token.type != Type.END);
    return tokens;
  }

  /** A fault at an offset of the text, told as line and column. */
  static FhirPathException fault(
      FhirPathException.Kind kind, String text, int offset, String message) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < Math.min(offset, text.length()); i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new FhirPathException(kind, message, line, offset - lineStart + 1);
  }

  private FhirPathException fault(int offset, String message) {
    return fault(FhirPathException.Kind.SYNTAX, text, offset, message);
  }

  private char peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : '\0';
  }

  private Token next() {
    skipBlanks();
    int start = at;
    if (at >= text.length()) {
      return new Token(Type.END, "the end", start);
    }
    char c = text.charAt(at);
    if (isLetter(c)) {
      return new Token(Type.IDENTIFIER, word(), start);
    }
    if (isDigit(c)) {
      return number();
    }
    return switch (c) {
      case '\'' -> new Token(Type.STRING, quoted('\''), start);
      case '`' -> {
        String name = quoted('`');
        if (name.isEmpty()) {
          throw fault(start, "A name must stand between the backquotes");
        }
        yield new Token(Type.QUOTED_IDENTIFIER, name, start);
      }
      case '@' -> moment();
      case '%' -> {
        at++;
        char first = peek(0);
        if (first == '`' || first == '\'') {
          yield new Token(Type.VARIABLE, quoted(first), start);
        }
        if (!isLetter(first)) {
          throw fault(start, "A name must follow %");
        }
        yield new Token(Type.VARIABLE, word(), start);
      }
      case '$' -> {
        at++;
        String name = word();
        if (!name.equals("this") && !name.equals("index") && !name.equals("total")) {
          throw fault(start, "Only $this, $index and $total begin with $");
        }
        yield new Token(Type.SPECIAL, name, start);
      }
      case '<', '>' -> symbol(peek(1) == '=' ? 2 : 1);
      case '!' -> {
        if (peek(1) != '=' && peek(1) != '~') {
          throw fault(start, "After ! only = or ~ can follow");
        }
        yield symbol(2);
      }
      case '.', '[', ']', '(', ')', '{', '}', ',', '+', '-', '*', '/', '&', '|', '=', '~' ->
          symbol(1);
      default -> throw fault(start, "The character '" + c + "' cannot stand here");
    };
  }

  private Token symbol(int length) {
    int start = at;
    at += length;
    return new Token(Type.SYMBOL, text.substring(start, at), start);
  }

  private void skipBlanks() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\u00a0') {
        at++;
      } else if (c == '/' && peek(1) == '/') {
        while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
          at++;
        }
      } else if (c == '/' && peek(1) == '*') {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
          throw fault(at, "The comment is not closed");
        }
        at = end + 2;
      } else {
        return;
      }
    }
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private String word() {
    int start = at;
    while (at < text.length() && (isLetter(text.charAt(at)) || isDigit(text.charAt(at)))) {
      at++;
    }
    return text.substring(start, at);
  }

  private void digits() {
    while (isDigit(peek(0))) {
      at++;
    }
  }

  private Token number() {
    int start = at;
    digits();
    boolean decimal = peek(0) == '.' && isDigit(peek(1));
    if (decimal) {
      at++;
      digits();
    }
    return new Token(decimal ? Type.DECIMAL : Type.INTEGER, text.substring(start, at), start);
  }

  private Token moment() {
    int start = at++;
    if (peek(0) == 'T') {
      at++;
      int from = at;
      time();
      return new Token(Type.TIME, text.substring(from, at), start);
    }
    int from = at;
    digits();
    while (peek(0) == '-' && isDigit(peek(1)) && at - from < 10) {
      at++;
      digits();
    }
    if (peek(0) != 'T') {
      return new Token(Type.DATE, text.substring(from, at), start);
    }
    at++;
    if (isDigit(peek(0))) {
      time();
      if (peek(0) == 'Z') {
        at++;
      } else if ((peek(0) == '+' || peek(0) == '-')
          && isDigit(peek(1))
          && isDigit(peek(2))
          && peek(3) == ':') {
        at += 4;
        digits();
      }
    }
    return new Token(Type.DATETIME, text.substring(from, at), start);
  }

  private void time() {
    digits();
    while (peek(0) == ':' && isDigit(peek(1))) {
      at++;
      digits();
    }
    if (peek(0) == '.' && isDigit(peek(1))) {
      at++;
      digits();
    }
  }

  private String quoted(char quote) {
    int start = at++;
    var out = new StringBuilder();
    while (true) {
      if (at >= text.length()) {
        throw fault(start, "The closing " + quote + " is missing");
      }
      char c = text.charAt(at++);
      if (c == quote) {
        return out.toString();
      }
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char escape = peek(0);
      at++;
      switch (escape) {
        case '`', '\'', '"', '\\', '/' -> out.append(escape);
        case 'f' -> out.append('\f');
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case 'u' -> {
          int code = at + 4 <= text.length() ? hex(text.substring(at, at + 4)) : -1;
          if (code < 0) {
            throw fault(at - 2, "Four hexadecimal digits must follow \\u");
          }
          out.append((char) code);
          at += 4;
        }
        default -> throw fault(at - 2, "There is no escape \\" + escape);
      }
    }
  }

  private static int hex(String digits) {
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = Character.digit(digits.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }
}
