package health.helan.foundation.trust.app;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A scope on resources, SMART App Launch 2.x (Scopes and Launch Context): {@code
 * patient/Observation.rs?category=laboratory}. The forms of version 1 ({@code .read}, {@code
 * .write}, {@code .*}) are read as what they mean in version 2.
 *
 * @param level {@code patient}, {@code user} or {@code system}
 * @param type resource type, or {@code *}
 * @param permissions of {@code cruds}, in this order
 * @param query narrowing search parameters; empty for none
 */
public record Scope(String level, String type, String permissions, String query) {
  /** That of edge nodes: to deliver messages at their own door, and nothing of the records. */
  public static final String EDGE = "system/edge";

  /** Scopes that are not about resources. */
  public static final Set<String> OTHERS =
      Set.of(
          "openid",
          "profile",
          "fhirUser",
          "launch",
          "launch/patient",
          "launch/encounter",
          "offline_access",
          "online_access",
          EDGE);

  private static final Pattern FORM =
      Pattern.compile(
          "(patient|user|system)/(\\*|[A-Z][A-Za-z]{1,50})\\.(read|write|\\*|c?r?u?d?s?)(?:\\?([\\w.:|/%=&*-]{1,200}))?");

  /** Null if it is no scope on resources. */
  public static @Nullable Scope parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || form.group(3).isEmpty()) {
      return null;
    }
    String permissions =
        switch (form.group(3)) {
          case "read" -> "rs";
          case "write" -> "cud";
          case "*" -> "cruds";
          default -> form.group(3);
        };
    String query = form.group(4);
    return new Scope(form.group(1), form.group(2), permissions, query == null ? "" : query);
  }

  /** Whether all that {@code asked} allows is allowed by this. */
  boolean covers(Scope asked) {
    return level.equals(asked.level)
        && (type.equals("*") || type.equals(asked.type))
        && asked.permissions.chars().allMatch(c -> permissions.indexOf(c) >= 0)
        && (query.isEmpty() || query.equals(asked.query));
  }

  /** Whether a client that may have {@code allowed} may have {@code asked}. */
  public static boolean isWithin(Collection<String> allowed, String asked) {
    if (allowed.contains(asked)) {
      return true;
    }
    Scope scope = parse(asked);
    if (scope == null) {
      return false;
    }
    return allowed.stream()
        .map(Scope::parse)
        .anyMatch(granted -> granted != null && granted.covers(scope));
  }

  /**
   * What two sets of scopes on resources both allow, in the form of version 2; what they say beside
   * of resources is left out. Narrowing parameters ({@code ?…}) stay only where both have the same,
   * or one has none.
   */
  public static Set<String> common(Collection<String> some, Collection<String> others) {
    Set<String> common = new LinkedHashSet<>();
    for (String text : some) {
      Scope one = parse(text);
      for (String other : others) {
        Scope two = parse(other);
        Scope both = one == null || two == null ? null : one.and(two);
        if (both != null) {
          common.add(both.toString());
        }
      }
    }
    return Set.copyOf(common);
  }

  private @Nullable Scope and(Scope other) {
    boolean isOneType = type.equals(other.type) || type.equals("*") || other.type.equals("*");
    boolean isOneQuery = query.equals(other.query) || query.isEmpty() || other.query.isEmpty();
    var letters = new StringBuilder();
    permissions
        .chars()
        .filter(c -> other.permissions.indexOf(c) >= 0)
        .forEach(c -> letters.append((char) c));
    return !level.equals(other.level) || !isOneType || !isOneQuery || letters.isEmpty()
        ? null
        : new Scope(
            level,
            type.equals("*") ? other.type : type,
            letters.toString(),
            query.isEmpty() ? other.query : query);
  }

  /** Whether it makes sense at all. */
  public static boolean isKnown(String text) {
    return OTHERS.contains(text) || parse(text) != null;
  }

  /** Those on resources, in the form of version 2. */
  public static Set<String> onResources(Collection<String> scopes) {
    Set<String> found = new LinkedHashSet<>();
    for (String text : scopes) {
      Scope scope = parse(text);
      if (scope != null) {
        found.add(scope.toString());
      }
    }
    return found;
  }

  @Override
  public String toString() {
    return level + "/" + type + "." + permissions + (query.isEmpty() ? "" : "?" + query);
  }
}
