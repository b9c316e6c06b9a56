package health.helan.foundation.registry;

import health.helan.foundation.store.Refusal;

/** Refusals that name the parameter at fault, so that a form can show them where it was typed. */
public final class Faults {
  private Faults() {}

  /**
   * @param parameter name of the parameter of the operation
   */
  public static Refusal of(
      Refusal.Kind kind, String parameter, String messageKey, Object... arguments) {
    return new Refusal(
        kind, "Parameters.parameter.where(name='" + parameter + "')", messageKey, arguments);
  }

  public static Refusal wrong(String parameter) {
    return of(Refusal.Kind.VALUE, parameter, "registry.parameter", parameter);
  }

  public static Refusal missing(String parameter) {
    return of(Refusal.Kind.INVALID, parameter, "registry.parameter-missing", parameter);
  }
}
