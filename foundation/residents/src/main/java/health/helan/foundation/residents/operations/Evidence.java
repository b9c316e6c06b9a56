package health.helan.foundation.residents.operations;

import health.helan.foundation.residents.match.Comparison;
import java.util.Locale;

/** What a comparison says, as parameters. */
final class Evidence {
  private Evidence() {}

  static void tell(Out.Parts parts, Comparison comparison) {
    parts
        .code("verdict", comparison.verdict().name().toLowerCase(Locale.ROOT))
        .decimal("weight", comparison.weight())
        .decimal("probability", comparison.probability());
    for (health.helan.foundation.residents.match.Evidence one : comparison.evidence()) {
      parts
          .parts("evidence")
          .code("field", one.field())
          .code("level", one.level())
          .decimal("weight", one.weight());
    }
  }

  /** As the history keeps it: {@code field=level:weight} parted by semicolons. */
  static void tell(Out.Parts parts, String kept) {
    if (kept.isEmpty()) {
      return;
    }
    for (String one : kept.split(";", -1)) {
      int equals = one.indexOf('=');
      int colon = one.lastIndexOf(':');
      parts
          .parts("evidence")
          .code("field", one.substring(0, equals))
          .code("level", one.substring(equals + 1, colon))
          .decimal("weight", Double.parseDouble(one.substring(colon + 1)));
    }
  }
}
