package health.helan.foundation.store.index;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A search parameter of one resource type, ready for indexing and searching. Its tokens are {@code
 * space(kind) ^ digest(value)}.
 */
public final class Parameter {
  /** The types of search parameters. */
  public enum Type {
    NUMBER,
    DATE,
    STRING,
    TOKEN,
    REFERENCE,
    COMPOSITE,
    QUANTITY,
    URI,
    SPECIAL;

    static Type of(String code) {
      return valueOf(code.toUpperCase(Locale.ROOT));
    }
  }

  /** What a token says of a value. */
  public enum Kind {
    /** {@code system|code} of a coded value or identifier. */
    FULL('t'),
    /** The code or identifier, whatever its system. */
    CODE('c'),
    /** The system alone. */
    SYSTEM('s'),
    /** A code or identifier without a system. */
    NO_SYSTEM('n'),
    /** {@code Type/id} of a reference, or its URL with and without version. */
    REFERENCE('r'),
    /** {@code system|value} of the identifier in a reference. */
    REFERENCE_IDENTIFIER('i'),
    /** The value of the identifier in a reference. */
    REFERENCE_VALUE('j'),
    /** A URI. */
    URI('u'),
    /** The first one to eight characters of a normalised text. */
    PREFIX('p'),
    /** A text as it stands. */
    EXACT('x'),
    /** {@code type system|type code|value} of an identifier. */
    OF_TYPE('o'),
    /** A code of the row's patient, see {@link #pair}. */
    PATIENT_CODE('k');

    private final char letter;

    Kind(char letter) {
      this.letter = letter;
    }
  }

  /**
   * A part of a composite.
   *
   * @param like a parameter that works like it
   * @param expression where its values stand within an element
   * @param code the search parameter it is defined as
   */
  public record Component(Parameter like, String expression, String code) {}

  private final String owner;
  private final String code;
  private final Type type;
  private final String url;
  private final List<String> targets;
  private final Set<String> systems;
  private final Set<String> leafTypes;
  private final long[] spaces = new long[Kind.values().length];
  private final int slot;
  private final boolean custom;
  private List<String> parts = List.of();
  private Set<String> coveredByParts = Set.of();
  private @Nullable Parameter tokensOf;
  private List<Component> components = List.of();
  private boolean principalDate;
  private boolean isPatient;
  private boolean followsPatient;
  private boolean repeats;
  private boolean hidden;
  private boolean scalar;
  private boolean paired;
  private boolean indexed = true;

  Parameter(
      Digests digests,
      String owner,
      String code,
      Type type,
      String url,
      List<String> targets,
      Set<String> leafTypes,
      Set<String> systems,
      int slot,
      boolean custom) {
    this.owner = owner;
    this.code = code;
    this.type = type;
    this.url = url;
    this.targets = targets;
    this.leafTypes = leafTypes;
    this.systems = systems;
    this.slot = slot;
    this.custom = custom;
    for (Kind kind : Kind.values()) {
      spaces[kind.ordinal()] = digests.of(owner + "." + code + "/" + kind.letter);
    }
  }

  /** Digest of parameter and kind: a token is this xor the digest of the value. */
  public long space(Kind kind) {
    return spaces[kind.ordinal()];
  }

  /** Token of a code of a patient: one entry finds {@code patient=X&code=Y}. */
  public long pair(long codeDigest, long patient) {
    return spaces[Kind.PATIENT_CODE.ordinal()] ^ Long.rotateLeft(codeDigest, 17) ^ patient;
  }

  /** The name it is searched by, and its key in {@code vals}. */
  public String code() {
    return code;
  }

  /** Resource type it belongs to; {@code Resource} for those of every type. */
  public String owner() {
    return owner;
  }

  public Type type() {
    return type;
  }

  /** Canonical URL of its SearchParameter. */
  public String url() {
    return url;
  }

  /** Resource types that its references may point to; empty for any. */
  public List<String> targets() {
    return targets;
  }

  /** FHIR types of the elements it is taken from. */
  public Set<String> leafTypes() {
    return leafTypes;
  }

  /** Code systems that its {@code code} elements imply, by their required binding. */
  public Set<String> systems() {
    return systems;
  }

  /** Other parameters of the type whose values count as values of this one too. */
  public List<String> parts() {
    return parts;
  }

  public List<Component> components() {
    return components;
  }

  /**
   * Its one value stands in the columns {@code date_lo} and {@code date_hi}, not in {@code vals}.
   */
  public boolean isPrincipalDate() {
    return principalDate;
  }

  /** The parameter that fills the column {@code patient}. */
  public boolean isPatient() {
    return isPatient;
  }

  /** A reference equal to the column {@code patient} has neither token nor {@code vals} entry. */
  public boolean followsPatient() {
    return followsPatient;
  }

  /** More than one value is possible. */
  public boolean repeats() {
    return repeats;
  }

  /**
   * Only its presence stands in {@code vals}: identifiers, contact points, addresses of people,
   * references.
   */
  public boolean isHidden() {
    return hidden;
  }

  /** Its one value stands in {@code vals} as a plain string instead of an array. */
  public boolean isScalar() {
    return scalar;
  }

  /**
   * The parameter whose tokens find this one's values too: {@code participant} for {@code
   * practitioner}, which takes only some of its references. This one itself where there is none.
   */
  public Parameter tokensOf() {
    return tokensOf == null ? this : tokensOf;
  }

  /** Properties of a name or address that the parts index already. */
  Set<String> coveredByParts() {
    return coveredByParts;
  }

  /** Has tokens of patient and code together. */
  public boolean isPaired() {
    return paired;
  }

  /** Has tokens or values of its own; otherwise its parts or components stand for it. */
  public boolean isIndexed() {
    return indexed;
  }

  /** Added by a SearchParameter resource, not part of R4. */
  public boolean isCustom() {
    return custom;
  }

  int slot() {
    return slot;
  }

  void parts(List<String> parts) {
    this.parts = parts;
  }

  void coveredByParts(Set<String> properties) {
    coveredByParts = properties;
  }

  void tokensOf(Parameter other) {
    tokensOf = other;
  }

  void components(List<Component> components) {
    this.components = components;
  }

  void principalDate() {
    principalDate = true;
  }

  void patient() {
    isPatient = true;
  }

  void followPatient() {
    followsPatient = true;
  }

  void repeats(boolean repeats) {
    this.repeats = repeats;
  }

  void hidden() {
    hidden = true;
  }

  void scalar() {
    scalar = true;
  }

  void paired() {
    paired = true;
  }

  void notIndexed() {
    indexed = false;
  }

  @Override
  public String toString() {
    return owner + "." + code;
  }
}
