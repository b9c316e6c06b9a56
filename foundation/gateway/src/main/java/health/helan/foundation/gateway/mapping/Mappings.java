package health.helan.foundation.gateway.mapping;

import java.util.ArrayList;
import java.util.List;
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
