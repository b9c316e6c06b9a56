import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Verifies health codes of Helan without a line to the platform, for makers of terminals:
 *
 * <pre>
 * java HealthCodeVerifier.java --keys KEYS.json --certificate SEAL.pem --seen FILE \
 *     [--uses FILE --scene SCENE] [--clock SECONDS] CODE...
 * </pre>
 *
 * <p>One file, JDK 25 and nothing else: SM2, SM3, SM4 and the reading of certificates are its own.
 * {@code KEYS.json} is the answer of {@code GET $card-keys}, no older than it says itself; {@code
 * SEAL.pem} is the certificate of the platform's seal, which must have come to you by another way
 * ({@code audit-certificate.pem} of the platform). {@code --seen} keeps the codes that were taken
 * here, so that none is taken twice; {@code --uses} keeps what is to be told with {@code
 * $report-card-uses} once there is a line. The layout of codes stands in {@code
 * docs/guide/health-card.md}.
 *
 * <p>One line for each code: {@code GOOD} with the card's handle where the list holds openers,
 * {@code LOOK} for a printed code (genuine; look at a document), {@code REFUSED} with the reason.
 * Exit codes: 0 all good, 1 one is not, 2 could not be verified. What it cannot know without a line:
 * whether the card was suspended since, and whether another terminal took the same code; the
 * platform tells both when the uses are reported.
 */
public final class HealthCodeVerifier {
  private static final HexFormat HEX = HexFormat.of();
  private static final String HEAD = "HLN1:";
  private static final int BYTES = 91;
  private static final int SIGNED = 27;

  /** Seconds that this clock and the platform's may be apart. */
  private static final long SKEW = 15;

  private record Key(Certificate key, byte[] opener) {}

  private final Map<Long, Key> keys = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final Path seenFile;
  private final long now;
  private long region;

  private HealthCodeVerifier(Path seenFile, long now) throws IOException {
    this.seenFile = seenFile;
    this.now = now;
    if (Files.exists(seenFile)) {
      // Older ones are over anyway.
      for (String line : Files.readAllLines(seenFile)) {
        String[] parts = line.split(" ");
        if (Long.parseLong(parts[0]) > now - 3600) {
          seen.add(parts[1]);
        }
      }
    }
  }

  /** Reads its arguments, verifies, and tells. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String[] args) {
    Map<String, String> named = new HashMap<>();
    List<String> codes = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith("--") && i + 1 < args.length) {
        named.put(args[i].substring(2), args[++i]);
      } else {
        codes.add(args[i]);
      }
    }
    if (!named.keySet().containsAll(Set.of("keys", "certificate", "seen")) || codes.isEmpty()) {
      System.err.println(
          "用法 / Usage: java HealthCodeVerifier.java --keys KEYS.json --certificate SEAL.pem --seen FILE"
              + " [--uses FILE --scene SCENE] [--clock SECONDS] CODE...");
      return 2;
    }
    try {
      String clock = named.get("clock");
      var verifier =
          new HealthCodeVerifier(
              Path.of(named.get("seen")),
              clock == null ? Instant.now().getEpochSecond() : Long.parseLong(clock));
      verifier.trust(Path.of(named.get("keys")), certificates(Path.of(named.get("certificate"))));
      boolean good = true;
      for (String code : codes) {
        String said = verifier.verify(code);
        System.out.println(said);
        good &= said.startsWith("GOOD");
        if (said.startsWith("GOOD") && named.containsKey("uses")) {
          String use =
              "{\"at\":\"" + Instant.ofEpochSecond(verifier.now) + "\",\"scene\":\""
                  + named.getOrDefault("scene", "identify") + "\",\"code\":\"" + code + "\"}\n";
          append(Path.of(named.get("uses")), use);
        }
      }
      return good ? 0 : 1;
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("无法校验 / Could not verify: " + e.getMessage());
      return 2;
    }
  }

  private static void append(Path file, String line) throws IOException {
    Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.SYNC);
  }

  // ------------------------------------------------------------------ the list of keys

  private void trust(Path file, Map<String, Certificate> seals) throws IOException {
    var parameters = new HashMap<String, String>();
    if (new Json(Files.readString(file)).value() instanceof Map<?, ?> answer
        && answer.get("parameter") instanceof List<?> all) {
      for (Object each : all) {
        var one = (Map<?, ?>) each;
        parameters.put((String) one.get("name"), String.valueOf(one.get("valueString")));
      }
    }
    String list = parameters.getOrDefault("list", "");
    byte[] signature = Base64.getDecoder().decode(parameters.getOrDefault("signature", ""));
    byte[] message = list.getBytes(StandardCharsets.UTF_8);
    String algorithm = parameters.getOrDefault("algorithm", "");
    if (seals.values().stream().noneMatch(seal -> seal.verifies(algorithm, message, signature))) {
      throw new IOException("密钥表不是平台签发的 / the list of keys is not the platform's");
    }
    var map = (Map<?, ?>) new Json(list).value();
    if (now > (Long) map.get("until") || now < (Long) map.get("made") - SKEW) {
      throw new IOException("密钥表已过期，请联网更新 / the list of keys is over: fetch another");
    }
    region = Long.parseLong((String) map.get("region"));
    for (Object each : (List<?>) map.get("keys")) {
      var one = (Map<?, ?>) each;
      String opener = (String) one.get("opener");
      keys.put(
          (Long) one.get("number"),
          new Key(
              new Certificate(Base64.getDecoder().decode((String) one.get("key"))),
              opener == null ? null : HEX.parseHex(opener)));
    }
  }

  // ------------------------------------------------------------------ codes

  private String verify(String text) throws IOException {
    byte[] bytes = text.startsWith(HEAD) ? base45(text.substring(HEAD.length())) : null;
    if (bytes == null || bytes.length != BYTES || bytes[0] != 1 && bytes[0] != 2) {
      return "REFUSED 不是健康码 / no health code";
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    boolean isPrinted = in.get() == 2;
    long of = (in.get() & 0xff) << 16 | in.getShort() & 0xffff;
    long number = in.getShort() & 0xffff;
    long issued = in.getInt() & 0xffffffffL;
    long until = issued + (in.get() & 0xff);
    if (of != region) {
      return "REFUSED 其他地区的码 / of another region " + of;
    }
    Key key = keys.get(number);
    if (key == null) {
      return "REFUSED 密钥未知，请更新密钥表 / signed by a key that the list has not";
    }
    byte[] head = HEAD.getBytes(StandardCharsets.US_ASCII);
    if (!key.key.verifies(
        "SM3withSM2",
        concat(head, Arrays.copyOf(bytes, SIGNED)),
        der(Arrays.copyOfRange(bytes, SIGNED, BYTES)))) {
      return "REFUSED 签名不对 / the signature is wrong";
    }
    byte[] block = Arrays.copyOfRange(bytes, 11, SIGNED);
    String card =
        key.opener == null ? "" : " card=" + HEX.formatHex(sm4(key.opener, block), 0, 8);
    if (isPrinted) {
      return "LOOK 印制的码，请核验证件 / printed: look at a document" + card;
    }
    if (now > until + SKEW) {
      return "REFUSED 已过期 / over since " + (now - until) + " s";
    }
    if (issued > now + SKEW) {
      return "REFUSED 时间未到，请校时 / of a time to come: set the clock";
    }
    String nonce = HEX.formatHex(block);
    if (!seen.add(nonce)) {
      return "REFUSED 已经用过 / taken here before";
    }
    // On disk before it is answered: a restart must not forget it.
    append(seenFile, now + " " + nonce + "\n");
    return "GOOD" + card;
  }

  private static byte[] der(byte[] raw) {
    byte[] r = new BigInteger(1, Arrays.copyOf(raw, 32)).toByteArray();
    byte[] s = new BigInteger(1, Arrays.copyOfRange(raw, 32, 64)).toByteArray();
    return concat(
        concat(new byte[] {0x30, (byte) (4 + r.length + s.length), 2, (byte) r.length}, r),
        concat(new byte[] {2, (byte) s.length}, s));
  }

  private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

  /** RFC 9285; null for what it does not make. */
  private static byte[] base45(String text) {
    if (text.length() > 300 || text.length() % 3 == 1) {
      return null;
    }
    byte[] out = new byte[text.length() / 3 * 2 + text.length() % 3 / 2];
    int at = 0;
    for (int i = 0; i < text.length(); i += 3) {
      int length = Math.min(3, text.length() - i);
      int value = 0;
      for (int j = length - 1; j >= 0; j--) {
        int digit = ALPHABET.indexOf(text.charAt(i + j));
        if (digit < 0) {
          return null;
        }
        value = value * 45 + digit;
      }
      if (value > (length == 3 ? 0xffff : 0xff)) {
        return null;
      }
      if (length == 3) {
        out[at++] = (byte) (value >>> 8);
      }
      out[at++] = (byte) value;
    }
    return out;
  }

  // ------------------------------------------------------------------ SM4 (GM/T 0002-2012), one block

  private static final byte[] SBOX =
      HEX.parseHex(
          "d690e9fecce13db716b614c228fb2c052b679a762abe04c3aa44132649860699"
              + "9c4250f491ef987a33540b43edcfac62e4b31ca9c908e89580df94fa758f3fa6"
              + "4707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35"
              + "1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89e"
              + "eabf8ad240c738b5a3f7f2cef96115a1e0ae5da49b341a55ad933230f58cb1e3"
              + "1df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51"
              + "8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b0"
              + "8969974a0c96777e65b9f109c56ec68418f07dec3adc4d2079ee5f3ed7cb3948");

  private static int substitute(int x) {
    return (SBOX[x >>> 24] & 0xff) << 24
        | (SBOX[x >>> 16 & 0xff] & 0xff) << 16
        | (SBOX[x >>> 8 & 0xff] & 0xff) << 8
        | SBOX[x & 0xff] & 0xff;
  }

  /** Opens a block. */
  static byte[] sm4(byte[] key, byte[] block) {
    ByteBuffer given = ByteBuffer.wrap(key);
    int[] k = {
      given.getInt() ^ 0xa3b1bac6,
      given.getInt() ^ 0x56aa3350,
      given.getInt() ^ 0x677d9197,
      given.getInt() ^ 0xb27022dc
    };
    int[] rounds = new int[32];
    for (int i = 0; i < 32; i++) {
      int constant = 0;
      for (int j = 0; j < 4; j++) {
        constant = constant << 8 | (4 * i + j) * 7 & 0xff;
      }
      int b = substitute(k[(i + 1) % 4] ^ k[(i + 2) % 4] ^ k[(i + 3) % 4] ^ constant);
      k[i % 4] ^= b ^ Integer.rotateLeft(b, 13) ^ Integer.rotateLeft(b, 23);
      rounds[i] = k[i % 4];
    }
    ByteBuffer in = ByteBuffer.wrap(block);
    int[] x = {in.getInt(), in.getInt(), in.getInt(), in.getInt()};
    for (int i = 0; i < 32; i++) {
      int b = substitute(x[(i + 1) % 4] ^ x[(i + 2) % 4] ^ x[(i + 3) % 4] ^ rounds[31 - i]);
      x[i % 4] ^=
          b
              ^ Integer.rotateLeft(b, 2)
              ^ Integer.rotateLeft(b, 10)
              ^ Integer.rotateLeft(b, 18)
              ^ Integer.rotateLeft(b, 24);
    }
    return ByteBuffer.allocate(16).putInt(x[3]).putInt(x[2]).putInt(x[1]).putInt(x[0]).array();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  // ------------------------------------------------------------------ SM3 (GM/T 0004-2012)

  static byte[] sm3(byte[] message) {
    int[] v = {
      0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e
    };
    int length = (message.length + 9 + 63) / 64 * 64;
    byte[] padded = Arrays.copyOf(message, length);
    padded[message.length] = (byte) 0x80;
    long bits = message.length * 8L;
    for (int i = 0; i < 8; i++) {
      padded[length - 1 - i] = (byte) (bits >>> (8 * i));
    }
    int[] w = new int[68];
    for (int block = 0; block < length; block += 64) {
      for (int i = 0; i < 16; i++) {
        w[i] = 0;
        for (int j = 0; j < 4; j++) {
          w[i] = w[i] << 8 | padded[block + 4 * i + j] & 0xff;
        }
      }
      for (int i = 16; i < 68; i++) {
        int x = w[i - 16] ^ w[i - 9] ^ Integer.rotateLeft(w[i - 3], 15);
        w[i] =
            x
                ^ Integer.rotateLeft(x, 15)
                ^ Integer.rotateLeft(x, 23)
                ^ Integer.rotateLeft(w[i - 13], 7)
                ^ w[i - 6];
      }
      int a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7];
      for (int i = 0; i < 64; i++) {
        int t = i < 16 ? 0x79cc4519 : 0x7a879d8a;
        int ss1 = Integer.rotateLeft(Integer.rotateLeft(a, 12) + e + Integer.rotateLeft(t, i), 7);
        int ss2 = ss1 ^ Integer.rotateLeft(a, 12);
        int ff = i < 16 ? a ^ b ^ c : a & b | a & c | b & c;
        int gg = i < 16 ? e ^ f ^ g : e & f | ~e & g;
        int tt1 = ff + d + ss2 + (w[i] ^ w[i + 4]);
        int tt2 = gg + h + ss1 + w[i];
        d = c;
        c = Integer.rotateLeft(b, 9);
        b = a;
        a = tt1;
        h = g;
        g = Integer.rotateLeft(f, 19);
        f = e;
        e = tt2 ^ Integer.rotateLeft(tt2, 9) ^ Integer.rotateLeft(tt2, 17);
      }
      int[] next = {a, b, c, d, e, f, g, h};
      for (int i = 0; i < 8; i++) {
        v[i] ^= next[i];
      }
    }
    byte[] out = new byte[32];
    for (int i = 0; i < 32; i++) {
      out[i] = (byte) (v[i / 4] >>> (24 - 8 * (i % 4)));
    }
    return out;
  }

  // ------------------------------------------------------------------ SM2 (GM/T 0003-2012)

  private static final BigInteger P = hex("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF");
  private static final BigInteger A = hex("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC");
  private static final BigInteger B = hex("28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93");
  private static final BigInteger N = hex("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123");
  private static final BigInteger GX = hex("32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7");
  private static final BigInteger GY = hex("BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0");
  private static final byte[] IDENTITY = "1234567812345678".getBytes(StandardCharsets.US_ASCII);

  private static BigInteger hex(String text) {
    return new BigInteger(text, 16);
  }

  private record Point(BigInteger x, BigInteger y) {
    Point plus(Point other) {
      if (other == null) {
        return this;
      }
      BigInteger slope;
      if (x.equals(other.x)) {
        if (y.add(other.y).mod(P).signum() == 0) {
          return null;
        }
        slope =
            x.multiply(x).multiply(BigInteger.valueOf(3)).add(A)
                .multiply(y.shiftLeft(1).modInverse(P));
      } else {
        slope = other.y.subtract(y).multiply(other.x.subtract(x).mod(P).modInverse(P));
      }
      BigInteger sumX = slope.multiply(slope).subtract(x).subtract(other.x).mod(P);
      return new Point(sumX, slope.multiply(x.subtract(sumX)).subtract(y).mod(P));
    }

    Point times(BigInteger factor) {
      Point result = null;
      for (int i = factor.bitLength() - 1; i >= 0; i--) {
        result = result == null ? null : result.plus(result);
        if (factor.testBit(i)) {
          result = result == null ? this : result.plus(this);
        }
      }
      return result;
    }

    boolean isOnCurve() {
      return x.signum() >= 0
          && x.compareTo(P) < 0
          && y.signum() >= 0
          && y.compareTo(P) < 0
          && y.multiply(y).mod(P).equals(x.multiply(x).multiply(x).add(A.multiply(x)).add(B).mod(P));
    }
  }

  private static byte[] bytes(BigInteger value) {
    byte[] out = new byte[32];
    byte[] given = value.toByteArray();
    int length = Math.min(given.length, 32);
    System.arraycopy(given, given.length - length, out, 32 - length, length);
    return out;
  }

  static boolean sm2Verify(BigInteger keyX, BigInteger keyY, byte[] message, byte[] signature) {
    var key = new Point(keyX, keyY);
    var der = new Der(signature).into(0x30);
    BigInteger r = new BigInteger(der.take(0x02));
    BigInteger s = new BigInteger(der.take(0x02));
    if (!key.isOnCurve()
        || r.signum() <= 0
        || r.compareTo(N) >= 0
        || s.signum() <= 0
        || s.compareTo(N) >= 0) {
      return false;
    }
    byte[] z = {0, (byte) (IDENTITY.length * 8)};
    z = concat(z, IDENTITY);
    for (BigInteger part : List.of(A, B, GX, GY, keyX, keyY)) {
      z = concat(z, bytes(part));
    }
    BigInteger e = new BigInteger(1, sm3(concat(sm3(z), message)));
    BigInteger t = r.add(s).mod(N);
    if (t.signum() == 0) {
      return false;
    }
    Point point = new Point(GX, GY).times(s);
    Point other = key.times(t);
    point = point == null ? other : point.plus(other);
    return point != null && e.add(point.x).mod(N).equals(r);
  }

  // ------------------------------------------------------------------ certificates (X.509)

  /** DER, as far as certificates and signatures need it. */
  private static final class Der {
    private final byte[] bytes;
    private int at;

    Der(byte[] bytes) {
      this.bytes = bytes;
    }

    int tag() {
      return at < bytes.length ? bytes[at] & 0xff : -1;
    }

    /** Header and content of the next element. */
    byte[] whole() {
      int from = at;
      take(tag());
      return Arrays.copyOfRange(bytes, from, at);
    }

    byte[] take(int tag) {
      if (tag() != tag) {
        throw new IllegalArgumentException("not the DER that was expected");
      }
      int length = bytes[at + 1] & 0xff;
      at += 2;
      if (length > 0x80) {
        int count = length - 0x80;
        length = 0;
        for (int i = 0; i < count; i++) {
          length = length << 8 | bytes[at++] & 0xff;
        }
      }
      if (length < 0 || at + length > bytes.length) {
        throw new IllegalArgumentException("DER that is cut off");
      }
      at += length;
      return Arrays.copyOfRange(bytes, at - length, at);
    }

    Der into(int tag) {
      return new Der(take(tag));
    }
  }

  private static final byte[] SM2_CURVE = HEX.parseHex("2a811ccf5501822d"); // 1.2.156.10197.1.301

  /** Public key of a certificate. */
  private record Certificate(byte[] keyInfo) {
    static Certificate of(byte[] der) {
      Der tbs = new Der(der).into(0x30).into(0x30);
      if (tbs.tag() == 0xa0) {
        tbs.whole(); // version
      }
      tbs.take(0x02); // serial number
      for (int i = 0; i < 4; i++) {
        tbs.take(0x30); // signature algorithm, issuer, validity, subject
      }
      return new Certificate(tbs.whole());
    }

    boolean verifies(String algorithm, byte[] message, byte[] signature) {
      try {
        if (algorithm.equals("SM3withSM2")) {
          Der info = new Der(keyInfo).into(0x30);
          Der names = info.into(0x30);
          names.take(0x06);
          if (!Arrays.equals(SM2_CURVE, names.take(0x06))) {
            return false;
          }
          byte[] point = info.take(0x03); // unused bits, 04, x, y
          return point.length == 66
              && point[1] == 4
              && sm2Verify(
                  new BigInteger(1, Arrays.copyOfRange(point, 2, 34)),
                  new BigInteger(1, Arrays.copyOfRange(point, 34, 66)),
                  message,
                  signature);
        }
        String kind =
            switch (algorithm) {
              case "SHA256withECDSA" -> "EC";
              case "SHA256withRSA" -> "RSA";
              default -> throw new IllegalArgumentException(algorithm);
            };
        var verifier = Signature.getInstance(algorithm);
        verifier.initVerify(
            KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(keyInfo)));
        verifier.update(message);
        return verifier.verify(signature);
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        return false;
      }
    }
  }

  private static Map<String, Certificate> certificates(Path pem) throws IOException {
    var certificates = new HashMap<String, Certificate>();
    String[] parts = Files.readString(pem).split("-----(BEGIN|END) CERTIFICATE-----");
    for (int i = 1; i < parts.length; i += 2) {
      byte[] der = Base64.getMimeDecoder().decode(parts[i]);
      certificates.put(HEX.formatHex(sm3(der)), Certificate.of(der));
    }
    if (certificates.isEmpty()) {
      throw new IOException(pem + ": no certificate (PEM)");
    }
    return certificates;
  }

  // ------------------------------------------------------------------ JSON (RFC 8259)

  /** Maps, lists, strings, whole numbers. */
  private static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    Object value() {
      space();
      switch (text.charAt(at)) {
        case '{' -> {
          var map = new HashMap<String, Object>();
          at++;
          for (space(); text.charAt(at) != '}'; space()) {
            String name = string();
            space();
            expect(':');
            if (map.put(name, value()) != null) {
              throw new IllegalArgumentException("a name comes twice: " + name);
            }
            space();
            if (text.charAt(at) == ',') {
              at++;
              space();
            }
          }
          at++;
          return map;
        }
        case '[' -> {
          var list = new ArrayList<Object>();
          at++;
          for (space(); text.charAt(at) != ']'; space()) {
            list.add(value());
            space();
            if (text.charAt(at) == ',') {
              at++;
            }
          }
          at++;
          return list;
        }
        case '"' -> {
          return string();
        }
        default -> {
          int from = at;
          while (at < text.length() && "-0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
          }
          return Long.valueOf(text.substring(from, at));
        }
      }
    }

    private String string() {
      expect('"');
      var out = new StringBuilder();
      while (text.charAt(at) != '"') {
        char c = text.charAt(at++);
        if (c == '\\') {
          c = text.charAt(at++);
          switch (c) {
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            case 'r' -> out.append('\r');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'u' -> {
              out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
              at += 4;
            }
            default -> out.append(c);
          }
        } else {
          out.append(c);
        }
      }
      at++;
      return out.toString();
    }

    private void expect(char c) {
      if (text.charAt(at) != c) {
        throw new IllegalArgumentException("JSON is broken at " + at);
      }
      at++;
    }

    private void space() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }
  }
}
