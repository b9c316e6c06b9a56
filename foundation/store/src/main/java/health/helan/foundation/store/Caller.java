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
   * @param teams ids of the departments (Organization) the caller acts in now, and {@code
   *     CareTeam/id} for its CareTeams
   * @param patients ids of the Patient resources of the resident itself and those it acts for
   * @param scopes SMART App Launch 2.x scopes of the token; {@link #ALL_SCOPES} when the policy of
   *     the role alone decides
   * @param session sign-in of the person, by which it is known when it proved to be it; empty for
   *     none, as of a system
   */
  public record Binding(
      String practitioner,
      Set<String> teams,
      Set<String> patients,
      Set<String> scopes,
      String session) {

    /** Scopes of a session that no token narrows. */
    public static final Set<String> ALL_SCOPES = Set.of("*");

    /** Of nobody who signed in. */
    public Binding(
        String practitioner, Set<String> teams, Set<String> patients, Set<String> scopes) {
      this(practitioner, teams, patients, scopes, "");
    }

    public static final Binding NONE = new Binding("", Set.of(), Set.of(), ALL_SCOPES);

    /**
     * True when the token leaves a system everything that its role allows: what the gateway asks
     * for, whose messages may hold anything.
     */
    public boolean isWholeSystem() {
      return scopes.equals(ALL_SCOPES) || scopes.contains("system/*.cruds");
    }

    /** The mark of {@link Caller#isRoot}: this very object, which no token's text can become. */
    private static final Binding ROOT = new Binding("", Set.of(), Set.of(), Set.of("root"));
  }

  /** A caller bound to no resource. */
  public Caller(
      String subject, Role role, String institution, Set<String> purposes, String request) {
    this(subject, role, institution, purposes, request, Binding.NONE);
  }

  /**
   * The holder of the operator token: root of the installation, to whom nothing is closed. Accounts
   * in the role OPERATOR are something else: they see no one's record.
   */
  public static Caller operator(String request) {
    return new Caller("operator", Role.OPERATOR, "", Set.of(), request, Binding.ROOT);
  }

  /** The platform itself: consumers of the change log, the loader of the demo region. */
  public static Caller platform(String part) {
    return new Caller(part, Role.SYSTEM, "", Set.of(), "", Binding.ROOT);
  }

  /**
   * The platform, acting on this caller's request: for operations that say themselves who may call
   * them and what of the answer is shown. Never for what a caller asks of the store directly.
   */
  public Caller asPlatform() {
    return new Caller(subject, Role.SYSTEM, "", purposes, request, Binding.ROOT);
  }

  /** As {@link #asPlatform}, where what is created is an institution's own. */
  public Caller asPlatformOf(String owner) {
    return new Caller(subject, Role.SYSTEM, owner, purposes, request, Binding.ROOT);
  }

  /** True for the operator token and the platform itself, and for nobody else. */
  public boolean isRoot() {
    return binding == Binding.ROOT;
  }
}
