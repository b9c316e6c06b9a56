package health.helan.foundation.residents.index;

import health.helan.foundation.residents.match.NationalNumber;
import health.helan.foundation.residents.match.Traits;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A record as the index knows it, and as a piece of work changes it. Not thread-safe. */
final class Known {
  /** Of which a person has one in a life. */
  private static final Set<NationalNumber.Kind> LASTING =
      EnumSet.of(
          NationalNumber.Kind.RESIDENT_ID,
          NationalNumber.Kind.FOREIGN_RESIDENT,
          NationalNumber.Kind.BIRTH_CERTIFICATE);

  final long record;
  final int home;
  final String id;

  int version;
  String model;
  Instant updated;
  String owner;
  long[] keys;

  /** Of its person, as it stands in the table; empty for one that is alone. */
  String person;

  /** As it becomes. */
  String personNow;

  boolean isFresh;
  boolean isGone;

  /** Its own columns change, not only the person. */
  boolean isChanged;

  private @Nullable Traits traits;
  private @Nullable Set<String> numbers;
  private byte @Nullable [] sealed;
  private short codec;
  private short keyId;

  Known(
      long record,
      int home,
      String id,
      int version,
      String model,
      Instant updated,
      String owner,
      String person,
      long[] keys) {
    this.record = record;
    this.home = home;
    this.id = id;
    this.version = version;
    this.model = model;
    this.updated = updated;
    this.owner = owner;
    this.person = person;
    this.personNow = person;
    this.keys = keys;
  }

  void sealed(short codec, short keyId, byte[] content) {
    this.codec = codec;
    this.keyId = keyId;
    sealed = content;
  }

  Traits traits(Seal seal) {
    Traits known = traits;
    if (known == null) {
      byte[] content = sealed;
      if (content == null) {
        throw new IllegalStateException("a record without traits");
      }
      known = Traits.read(seal.open(id, version, codec, keyId, content));
      traits = known;
      sealed = null;
    }
    return known;
  }

  void traits(Traits now) {
    traits = now;
    numbers = null;
    sealed = null;
  }

  /** Valid numbers that one person has one of. */
  Set<String> numbers(Seal seal) {
    Set<String> found = numbers;
    if (found != null) {
      return found;
    }
    var numbers = new HashSet<String>();
    for (NationalNumber number : traits(seal).numbers()) {
      if (LASTING.contains(number.kind())) {
        numbers.add(number.kind() + "|" + number.value());
      }
    }
    this.numbers = numbers;
    return numbers;
  }
}
