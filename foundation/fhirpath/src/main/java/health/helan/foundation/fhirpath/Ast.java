package health.helan.foundation.fhirpath;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expression as it was read. {@code at} is the offset of its first or most telling character in
 * the text.
 */
sealed interface Ast {
  int at();

  /** A literal; null is the empty collection {@code {}}. */
  record Literal(int at, @Nullable Node value) implements Ast {}

  /** {@code $this}, {@code $index} or {@code $total}. */
  record Special(int at, String name) implements Ast {}

  /** {@code %name}. */
  record Variable(int at, String name) implements Ast {}

  /** An element of the source, or of {@code $this} where there is no source. */
  record Member(int at, @Nullable Ast source, String name) implements Ast {}

  record Call(int at, @Nullable Ast source, String name, List<Ast> arguments) implements Ast {}

  record Index(int at, Ast source, Ast index) implements Ast {}

  /** {@code +} or {@code -} before a term. */
  record Sign(int at, boolean negative, Ast operand) implements Ast {}

  record Binary(int at, String operator, Ast left, Ast right) implements Ast {}

  /** {@code is} or {@code as} with a type, as operator or as function; {@code ofType} too. */
  record Typed(
      int at, String operator, @Nullable Ast source, @Nullable String namespace, String type)
      implements Ast {}
}
