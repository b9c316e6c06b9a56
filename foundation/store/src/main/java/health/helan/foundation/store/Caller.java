package health.helan.foundation.store;

import java.util.Set;

/**
 * Who acts, in which role, at which institution, for what purpose. Every call of the store carries
 * one; access policy and audit speak of nothing else.
 *
 * @param subject account or system that acts ({@code operator}, {@code Practitioner/…})
 * @param role role it acts in
 * @param institution id of the Organization it acts for; empty for none (then a resource's own
 *     organization owns what is written)
 * @param purposes codes of {@code http://terminology.hl7.org/CodeSystem/v3-ActReason}
 * @param request id that ties log lines, audit and answer together
 */
public record Caller(
    String subject, Role role, String institution, Set<String> purposes, String request) {

  /** Kinds of callers. Which of them may do what is the access policy's matter. */
  public enum Role {
    RESIDENT,
    PRACTITIONER,
    REGULATOR,
    OPERATOR,
    SYSTEM
  }

  /** The operator of the platform, who holds the operator token. */
  public static Caller operator(String request) {
    return new Caller("operator", Role.OPERATOR, "", Set.of(), request);
  }

  /** The platform itself: consumers of the change log, the loader of the demo region. */
  public static Caller platform(String part) {
    return new Caller(part, Role.SYSTEM, "", Set.of(), "");
  }
}
