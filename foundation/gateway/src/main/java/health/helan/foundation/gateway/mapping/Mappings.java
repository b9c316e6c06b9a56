package health.helan.foundation.gateway.mapping;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Mapping files and which of them a message is for. Immutable. */
public final class Mappings {
  private static final List<String> FILES =
      List.of(
          "adt",
          "merge",
          "ties",
          "moves",
          "oru",
          "oul",
          "orders",
          "siu",
          "vxu",
          "mdm",
          "pharmacy",
          "financial",
          "mfn",
          "referral",
          "ccda",
          "wst500",
          "residents",
          "results");

  private static final Mappings PLATFORM =
      new Mappings(FILES.stream().map(Mapping::file).map(Mapping::parse).toList());

  private final List<Mapping> mappings;

  private Mappings(List<Mapping> mappings) {
    this.mappings = List.copyOf(mappings);
  }

  /** Those that come with the platform. */
  public static Mappings ofPlatform() {
    return PLATFORM;
  }

  /** The text of one that comes with the platform; null for a name that none has. */
  public static @Nullable String file(String name) {
    return FILES.contains(name) ? Mapping.file(name) : null;
  }

  /** These with others in front, which take the place of those of the same name. */
  public Mappings with(List<Mapping> own) {
    var all = new ArrayList<>(own);
    for (Mapping mapping : mappings) {
      if (own.stream().noneMatch(each -> each.name().equals(mapping.name()))) {
        all.add(mapping);
      }
    }
    return new Mappings(all);
  }

  /**
   * What the codes of an institution's own may mean: a code that messages carry in the place of one
   * of a table's becomes a code of FHIR's, of which R4 may require certain ones.
   *
   * @param system of the institution's own codes
   * @return null for anything
   */
  public @Nullable Set<String> meanings(Feed feed, String system) {
    Set<String> meanings = null;
    for (Mapping mapping : mappings) {
      for (Map.Entry<String, Map<String, String>> table : mapping.tables().entrySet()) {
        if (Identifiers.codeSystem(feed, table.getKey()).equals(system)) {
          Set<String> allowed = RequiredCodes.of(table.getValue().values());
          meanings = common(meanings, allowed);
        }
      }
    }
    return meanings;
  }

  /** What both let through; null lets anything. */
  public static @Nullable Set<String> common(@Nullable Set<String> one, @Nullable Set<String> two) {
    if (one == null) {
      return two;
    }
    if (two == null) {
      return one;
    }
    Set<String> both = new HashSet<>(one);
    both.retainAll(two);
    return both;
  }

  /**
   * Refuses a mapping whose tables give codes that R4 does not allow where the platform's tables of
   * the same names are read.
   *
   * @throws Refusal UNPROCESSABLE
   */
  public static void refuseUnreadable(Mapping own) {
    for (Mapping ours : PLATFORM.mappings) {
      for (Map.Entry<String, Map<String, String>> table : ours.tables().entrySet()) {
        Map<String, String> given = own.tables().get(table.getKey());
        boolean isSame = given == null || given.equals(table.getValue());
        Set<String> allowed = isSame ? null : RequiredCodes.of(table.getValue().values());
        if (given == null || allowed == null) {
          continue;
        }
        for (String code : given.values()) {
          if (!code.isEmpty() && !allowed.contains(code)) {
            throw new Refusal(
                Refusal.Kind.UNPROCESSABLE,
                "gateway.table-code",
                table.getKey(),
                code.matches("[A-Za-z0-9._-]{1,32}") ? code : "?");
          }
        }
      }
    }
  }

  public List<Mapping> all() {
    return mappings;
  }

  /** The one for a type: an exact name before a pattern; null for none. */
  public @Nullable Mapping of(String format, String type) {
    for (Mapping mapping : mappings) {
      if (mapping.format().equals(format) && mapping.types().contains(type)) {
        return mapping;
      }
    }
    for (Mapping mapping : mappings) {
      for (String pattern : mapping.types()) {
        if (mapping.format().equals(format)
            && pattern.endsWith("*")
            && type.startsWith(pattern.substring(0, pattern.length() - 1))) {
          return mapping;
        }
      }
    }
    return null;
  }
}
