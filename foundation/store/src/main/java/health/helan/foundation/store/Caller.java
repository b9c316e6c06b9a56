package health.helan.foundation.store;

import java.util.Set;

/**
 * Who acts, in which role, at which institution, for what purpose. Every call of the store carries
 * one; access policy and audit speak of nothing else.
 *
 * @param subject account or system that acts ({@code operator}, an account's id)
 * @param role role it acts in
 * @param institution id of the Organization it acts for; empty for none (then a resource's own
 *     organization owns what is written)
 * @param purposes codes of {@code http://terminology.hl7.org/CodeSystem/v3-ActReason}
 * @param request id that ties log lines, audit and answer together
 * @param binding the resources that the account is bound to, and what its token allows
 */
public record Caller(
    String subject,
    Role role,
    String institution,
    Set<String> purposes,
    String request,
    Binding binding) {

  /** Kinds of callers. Which of them may do what is the access policy's matter. */
  public enum Role {
    RESIDENT,
    PRACTITIONER,
    REGULATOR,
    OPERATOR,
    SYSTEM
  }

  /**
   * What sign-in found out about the account.
   *
   * @param practitioner id of the Practitioner; empty for none
   * @param teams ids of the departments (Organization) and CareTeams the caller acts in now
   * @param patients ids of the Patient resources of the resident itself and those it acts for
   * @param scopes SMART App Launch 2.x scopes of the token; {@link #ALL_SCOPES} when the policy of
   *     the role alone decides
   */
  public record Binding(
      String practitioner, Set<String> teams, Set<String> patients, Set<String> scopes) {

    /** Scopes of a session that no token narrows. */
    public static final Set<String> ALL_SCOPES = Set.of("*");

    public static final Binding NONE = new Binding("", Set.of(), Set.of(), ALL_SCOPES);
  }

  /** A caller bound to no resource. */
  public Caller(
      String subject, Role role, String institution, Set<String> purposes, String request) {
    this(subject, role, institution, purposes, request, Binding.NONE);
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
