package health.helan.foundation.trust.policy;

import health.helan.foundation.store.AccessPolicy.Action;
import health.helan.foundation.store.Caller;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SMART App Launch 2.x scopes, read as narrowing the role's rules and never as widening them.
 * Scopes of version 1 ({@code .read}, {@code .write}, {@code .*}) mean what the 2.x page says they
 * mean. A granular scope ({@code ?param=value}) opens nothing: half of it would be more than was
 * asked for.
 */
final class Scopes {
  private static final Pattern SCOPE =
      Pattern.compile("(patient|user|system)/([A-Za-z]+|\\*)\\.([a-z]+|\\*)");

  /** How far a caller's scopes let it go with a type. */
  enum Reach {
    NOTHING,
    /** Only the patients in context. */
    PATIENTS,
    /** As far as the role goes. */
    ROLE
  }

  private Scopes() {}

  /**
   * @param type empty for any type at all
   */
  static Reach reach(Caller caller, Action action, String type) {
    Set<String> scopes = caller.binding().scopes();
    if (scopes.equals(Caller.Binding.ALL_SCOPES)) {
      return Reach.ROLE;
    }
    Reach reach = Reach.NOTHING;
    boolean isSystem = caller.role() == Caller.Role.SYSTEM;
    for (String scope : scopes) {
      Matcher matcher = SCOPE.matcher(scope);
      if (!matcher.matches()
          || matcher.group(1).equals("system") != isSystem
          || !(type.isEmpty() || matcher.group(2).equals("*") || matcher.group(2).equals(type))
          || !allows(matcher.group(3), action)) {
        continue;
      }
      if (!matcher.group(1).equals("patient")) {
        return Reach.ROLE;
      }
      reach = Reach.PATIENTS;
    }
    return reach;
  }

  /**
   * Whether a token is for the role as a whole: an app for some types runs no operation on the
   * platform.
   *
   * @param changes true when it must be for writing too
   */
  static boolean isForAllTypes(Caller caller, boolean changes) {
    for (String scope : caller.binding().scopes()) {
      Matcher matcher = SCOPE.matcher(scope);
      if (caller.binding().scopes().equals(Caller.Binding.ALL_SCOPES)
          || matcher.matches()
              && !matcher.group(1).equals("patient")
              && matcher.group(2).equals("*")
              && (!changes
                  || allows(matcher.group(3), Action.CREATE)
                      && allows(matcher.group(3), Action.UPDATE)
                      && allows(matcher.group(3), Action.DELETE))) {
        return true;
      }
    }
    return false;
  }

  private static boolean allows(String letters, Action action) {
    String all =
        switch (letters) {
          case "read" -> "rs";
          case "write" -> "cud";
          case "*" -> "cruds";
          default -> "cruds".contains(letters) || isSubsequence(letters) ? letters : "";
        };
    return all.indexOf(
            switch (action) {
              case CREATE -> 'c';
              case READ -> 'r';
              case UPDATE -> 'u';
              case DELETE -> 'd';
              case SEARCH -> 's';
            })
        >= 0;
  }

  /** The letters stand in the order of "cruds", as the specification asks. */
  private static boolean isSubsequence(String letters) {
    int from = 0;
    for (int i = 0; i < letters.length(); i++) {
      int at = "cruds".indexOf(letters.charAt(i), from);
      if (at < 0) {
        return false;
      }
      from = at + 1;
    }
    return true;
  }
}
