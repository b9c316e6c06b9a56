package health.helan.foundation.trust.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Passwords as Argon2id (RFC 9106) in PHC form: 19 MiB, two passes, one lane, salt of 16 and hash
 * of 32 bytes. Few are computed at a time, so that a flood of sign-ins takes neither all memory nor
 * all processors. Also the policy for new ones: {@link #weakness}.
 */
public final class Passwords {
  /** Fewest characters for residents. */
  public static final int LEAST = 10;

  /** Fewest characters for staff. */
  public static final int LEAST_FOR_STAFF = 12;

  /** Longer ones are refused before they are hashed. */
  public static final int MOST = 128;

  private static final int MEMORY_KIB = 19_456;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int SALT = 16;
  private static final int HASH = 32;
  private static final int PARALLEL = Math.max(2, Runtime.getRuntime().availableProcessors() / 2);
  private static final Pattern PHC =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})\\$([^$]+)\\$([^$]+)");
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final Set<String> COMMON =
      Arrays.stream(
              """
              password passwd pass admin administrator root user guest test login welcome letmein
              qwerty qwertyuiop qwertyui asdfgh asdfghjkl asdf zxcvbn zxcvbnm zaq qazwsx qazwsxedc
              abc abcd abcde abcdef abcdefg abcdefgh abcdefghij iloveyou love lovely princess sunshine
              monkey dragon shadow master superman batman football baseball basketball michael jordan
              charlie jennifer thomas robert daniel george computer internet samsung google facebook
              whatever trustno trustnoone freedom secret changeme default temp temporary access system
              woaini woaiwojia woaizuguo nihao nihaoma mima wodemima mimashi zhongguo china beijing
              shanghai ningxia yinchuan helan hospital yiyuan doctor yisheng nurse hushi patient
              health healthcare jiankang weisheng yiliao huanzhe wang zhang aini taobao weixin wechat
              alipay baidu tencent huawei xiaomi woaiwo iloveu loveyou fuck hello helloworld world
              summer winter spring autumn monday friday january december
              """
                  .strip()
                  .split("\\s+"))
          .collect(Collectors.toUnmodifiableSet());

  private static final List<String> RUNS =
      List.of(
          "0123456789012345678901234567890",
          "9876543210987654321098765432109",
          "abcdefghijklmnopqrstuvwxyzabcdef",
          "zyxwvutsrqponmlkjihgfedcbazyxwvu",
          "qwertyuiopasdfghjklzxcvbnmqwerty",
          "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
          "1q2w3e4r5t6y7u8i9o0p",
          "qazwsxedcrfvtgbyhnujmikolp");

  private final Semaphore slots = new Semaphore(PARALLEL, true);

  /** Compared with where there is no password: as much work, and never right. */
  private static final String DECOY =
      "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
          .formatted(MEMORY_KIB, PASSES, LANES, "A".repeat(22), "A".repeat(43));

  /** Why a password is not taken. */
  public enum Weakness {
    TOO_SHORT,
    TOO_LONG,
    COMMON,
    PERSONAL
  }

  /**
   * Checks a new password.
   *
   * @param personal login names and the like, which it must not hold
   * @return null if it may be used
   */
  public static @Nullable Weakness weakness(String password, boolean staff, List<String> personal) {
    int length = password.codePointCount(0, password.length());
    if (length < (staff ? LEAST_FOR_STAFF : LEAST)) {
      return Weakness.TOO_SHORT;
    }
    if (length > MOST) {
      return Weakness.TOO_LONG;
    }
    String plain = Normalizer.normalize(password, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    if (plain.chars().distinct().count() < 5 || isCommon(plain)) {
      return Weakness.COMMON;
    }
    for (String own : personal) {
      String part = own.toLowerCase(Locale.ROOT);
      if (part.length() >= 4 && plain.contains(part)
          || part.length() >= 8 && plain.contains(part.substring(part.length() - 8))) {
        return Weakness.PERSONAL;
      }
    }
    return null;
  }

  private static boolean isCommon(String plain) {
    for (String run : RUNS) {
      // Most of it is a walk over the keyboard or through the alphabet.
      for (int from = 0; from + 7 <= plain.length(); from++) {
        if (run.contains(plain.substring(from, from + 7)) && plain.length() < 14) {
          return true;
        }
      }
    }
    for (String candidate : List.of(plain, letters(plain))) {
      String core = core(candidate);
      if (COMMON.contains(core) || COMMON.contains(letters(core(plain))) || isRepeated(core)) {
        return true;
      }
    }
    // Digits and signs with at most three letters: a date, a telephone number, a walk over keys.
    String onlyLetters = plain.replaceAll("[^\\p{L}]", "");
    return onlyLetters.length() <= 3 || COMMON.contains(onlyLetters);
  }

  /** Without what is put before and behind a word to please a rule. */
  private static String core(String text) {
    return text.replaceAll("^[^a-z]+|[^a-z]+$", "");
  }

  /** Digits and signs read as the letters they stand for. */
  private static String letters(String text) {
    return text.replace('0', 'o')
        .replace('1', 'l')
        .replace('3', 'e')
        .replace('4', 'a')
        .replace('5', 's')
        .replace('@', 'a')
        .replace('$', 's')
        .replace('!', 'i');
  }

  /** The same common word twice or more. */
  private static boolean isRepeated(String core) {
    for (int length = 2; length <= core.length() / 2; length++) {
      String part = core.substring(0, length);
      if (core.length() % length == 0
          && part.repeat(core.length() / length).equals(core)
          && (COMMON.contains(part) || length <= 3)) {
        return true;
      }
    }
    return false;
  }

  /** A password to keep. */
  public String hash(String password) {
    byte[] salt = new byte[SALT];
    RANDOM.nextBytes(salt);
    byte[] hash = compute(password, salt, MEMORY_KIB, PASSES, LANES, HASH);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            MEMORY_KIB, PASSES, LANES, base64.encodeToString(salt), base64.encodeToString(hash));
  }

  /**
   * Whether it is the password. Takes the same time where there is none to compare with, so that
   * nobody learns which accounts exist.
   *
   * @param kept what {@link #hash} made; null for none
   */
  public boolean matches(@Nullable String kept, String password) {
    boolean possible = password.length() <= MOST * 2;
    Matcher phc = PHC.matcher(kept == null ? DECOY : kept);
    if (!phc.matches()) {
      throw new IllegalStateException("a stored password is not in PHC form");
    }
    byte[] salt = Base64.getDecoder().decode(phc.group(4));
    byte[] expected = Base64.getDecoder().decode(phc.group(5));
    byte[] hash =
        compute(
            possible ? password : "",
            salt,
            Integer.parseInt(phc.group(1)),
            Integer.parseInt(phc.group(2)),
            Integer.parseInt(phc.group(3)),
            expected.length);
    return MessageDigest.isEqual(expected, hash) && possible && kept != null;
  }

  /** Whether it was made with other parameters than today's and should be made anew. */
  public static boolean isOutdated(String kept) {
    return !kept.startsWith("$argon2id$v=19$m=%d,t=%d,p=%d$".formatted(MEMORY_KIB, PASSES, LANES));
  }

  private byte[] compute(
      String password, byte[] salt, int memoryKib, int passes, int lanes, int length) {
    slots.acquireUninterruptibly();
    try {
      Argon2BytesGenerator generator = new Argon2BytesGenerator();
      generator.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withVersion(Argon2Parameters.ARGON2_VERSION_13)
              .withMemoryAsKB(memoryKib)
              .withIterations(passes)
              .withParallelism(lanes)
              .withSalt(salt)
              .build());
      byte[] hash = new byte[length];
      // The same letters typed on another keyboard are the same password.
      String normal = Normalizer.normalize(password, Normalizer.Form.NFC);
      generator.generateBytes(normal.getBytes(StandardCharsets.UTF_8), hash);
      return hash;
    } finally {
      slots.release();
    }
  }
}
