package health.helan.foundation.residents.card;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.AeadAlgorithm;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.Signer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The keys of codes: SM2 keys of the vault that sign, and beside each an SM4 key, the opener, under
 * which codes hide whose they are. The newest active one signs; old ones verify; retired ones do
 * not, so that printed codes of theirs are none any more. Thread-safe.
 */
final class CardKeys {
  static final Provider PROVIDER = new BouncyCastleProvider();

  /** How long terminals trust a list. */
  static final Duration LIST_IS_GOOD = Duration.ofDays(7);

  private static final String WRAPPING = "card-openers";
  private static final Duration KNOWN = Duration.ofSeconds(10);
  private static final SecureRandom RANDOM = new SecureRandom();

  enum KeyState {
    ACTIVE,
    OLD,
    RETIRED;

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * @param name in the vault
   * @param opener 16 bytes
   */
  record Key(
      int number, KeyState state, String name, PublicKey publicKey, byte[] opener, Instant made) {}

  private final Sql sql;
  private final KeyVault vault;
  private final CertificateAuthority authority;
  private final Supplier<Signer> seal;
  private final int region;
  private final Clock clock;
  private volatile Map<Integer, Key> keys = Map.of();
  private volatile Instant read = Instant.EPOCH;

  CardKeys(
      Sql sql,
      KeyVault vault,
      CertificateAuthority authority,
      Supplier<Signer> seal,
      int region,
      Clock clock) {
    this.sql = sql;
    this.vault = vault;
    this.authority = authority;
    this.seal = seal;
    this.region = region;
    this.clock = clock;
  }

  int region() {
    return region;
  }

  private Map<Integer, Key> known(boolean fresh) {
    Instant now = clock.instant();
    if (fresh || Duration.between(read, now).abs().compareTo(KNOWN) > 0) {
      var found = new HashMap<Integer, Key>();
      sql.list(
              "select number, state, name, public_key, opener, made from health_card_key",
              row -> {
                int number = row.getInt("number");
                Key before = keys.get(number);
                return new Key(
                    number,
                    KeyState.valueOf(row.getString("state").toUpperCase(java.util.Locale.ROOT)),
                    row.getString("name"),
                    before != null ? before.publicKey() : publicKey(row.getBytes("public_key")),
                    before != null
                        ? before.opener()
                        : vault.unwrap(
                            WRAPPING, AeadAlgorithm.SM4_GCM, row.getBytes("opener"), bound(number)),
                    Sql.instant(row, "made"));
              })
          .forEach(key -> found.put(key.number(), key));
      keys = Map.copyOf(found);
      read = now;
    }
    return keys;
  }

  static PublicKey publicKey(byte[] der) {
    try {
      return KeyFactory.getInstance("EC", PROVIDER).generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("no key", e);
    }
  }

  private static byte[] bound(int number) {
    return ("card opener " + number).getBytes(StandardCharsets.US_ASCII);
  }

  /** The one that signs; made if there is none. */
  Key current() {
    Key newest = newest(known(false));
    return newest != null ? newest : renew(true);
  }

  private static @Nullable Key newest(Map<Integer, Key> keys) {
    return keys.values().stream()
        .filter(key -> key.state() == KeyState.ACTIVE)
        .max(java.util.Comparator.comparingInt(Key::number))
        .orElse(null);
  }

  /** Null for a number that none has, or that is retired. */
  @Nullable Key verifying(int number) {
    Key key = known(false).get(number);
    if (key == null) {
      key = known(true).get(number); // Another instance made it a moment ago.
    }
    return key == null || key.state() == KeyState.RETIRED ? null : key;
  }

  /** Makes a key that signs from now on; those before it go on verifying. */
  Key renew() {
    return renew(false);
  }

  private synchronized Key renew(boolean onlyWhereNone) {
    Map<Integer, Key> now = known(true);
    Key newest = newest(now);
    if (onlyWhereNone && newest != null) {
      return newest; // Another request was faster.
    }
    int number = now.keySet().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
    String name = "card-" + number;
    vault.makeWrappingKey(WRAPPING);
    Signer signer =
        authority.platformKey(name, CertificateAuthority.Kind.SEAL, "贺兰健康码 Health codes " + number);
    byte[] opener = new byte[Code.BLOCK];
    RANDOM.nextBytes(opener);
    Instant at = clock.instant();
    sql.together(
        connection -> {
          int made =
              Sql.update(
                  connection,
                  """
                  insert into health_card_key (number, made, changed, state, name, public_key, opener)
                  values (?, ?, ?, 'active', ?, ?, ?) on conflict (number) do nothing""",
                  number,
                  at,
                  at,
                  name,
                  signer.certificate().getPublicKey().getEncoded(),
                  vault.wrap(WRAPPING, AeadAlgorithm.SM4_GCM, opener, bound(number)));
          if (made == 1) {
            Sql.update(
                connection,
                "update health_card_key set state = 'old', changed = ? where state = 'active' and number < ?",
                at,
                number);
          }
          return made;
        });
    Key current = newest(known(true));
    if (current == null) {
      throw new IllegalStateException("no key after one was made");
    }
    return current;
  }

  /**
   * Lets nothing that the key signed pass any more.
   *
   * @throws Refusal BUSINESS_RULE for the one that signs, VALUE for a number that none has
   */
  void retire(int number) {
    Key key = known(true).get(number);
    if (key == null) {
      throw new Refusal(Refusal.Kind.VALUE, "card.key-unknown");
    }
    if (key.state() == KeyState.ACTIVE) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "card.key-signs");
    }
    sql.update(
        "update health_card_key set state = 'retired', changed = ? where number = ? and state = 'old'",
        clock.instant(),
        number);
    known(true);
  }

  List<Key> all() {
    return known(true).values().stream()
        .sorted(java.util.Comparator.comparingInt(Key::number))
        .toList();
  }

  // ------------------------------------------------------------------ codes

  /** A code of a card. */
  Code code(Code.Kind kind, long handle, Instant issued, int life) {
    Key key = current();
    byte[] block =
        sm4(
            key.opener(),
            true,
            ByteBuffer.allocate(Code.BLOCK).putLong(handle).putLong(RANDOM.nextLong()).array());
    byte[] signed = Code.signed(kind, region, key.number(), issued, life, block);
    return new Code(
        kind,
        region,
        key.number(),
        issued,
        life,
        block,
        Code.raw(vault.signer(key.name()).sign(signed)));
  }

  static boolean isSigned(Key key, Code code) {
    return SignatureAlgorithm.SM2_SM3.verifies(
        key.publicKey(), code.signed(), Code.der(code.signature()));
  }

  /** Handle of the card that a code is of. */
  static long handle(Key key, Code code) {
    return ByteBuffer.wrap(sm4(key.opener(), false, code.block())).getLong();
  }

  private static byte[] sm4(byte[] key, boolean seals, byte[] block) {
    var engine = new SM4Engine();
    engine.init(seals, new KeyParameter(key));
    byte[] out = new byte[Code.BLOCK];
    engine.processBlock(block, 0, out, 0);
    return out;
  }

  // ------------------------------------------------------------------ lists for terminals

  /**
   * @param list JSON, whose bytes are signed as they are
   * @param signature of the platform's seal, DER
   */
  record Signed(String list, byte[] signature, String algorithm, byte[] certificate) {}

  /**
   * What terminals verify codes with.
   *
   * @param openers true to put the openers in: with them a terminal knows a card again off line
   */
  Signed list(boolean openers) {
    Instant now = clock.instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    current();
    ObjectNode list = Json.MAPPER.createObjectNode();
    list.put("region", "%06d".formatted(region))
        .put("made", now.getEpochSecond())
        .put("until", now.plus(LIST_IS_GOOD).getEpochSecond());
    ArrayNode of = list.putArray("keys");
    for (Key key : all()) {
      if (key.state() != KeyState.RETIRED) {
        ObjectNode one = of.addObject().put("number", key.number());
        one.put("state", key.state().word());
        one.put("key", Base64.getEncoder().encodeToString(key.publicKey().getEncoded()));
        if (openers) {
          one.put("opener", HexFormat.of().formatHex(key.opener()));
        }
      }
    }
    String text = list.toString();
    Signer signer = seal.get();
    try {
      return new Signed(
          text,
          signer.sign(text.getBytes(StandardCharsets.UTF_8)),
          signer.algorithm().jca(),
          signer.certificate().getEncoded());
    } catch (java.security.cert.CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }
}
