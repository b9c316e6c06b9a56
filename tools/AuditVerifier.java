import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Verifies an export of Helan's audit ({@code ./helan audit-export DIR}) without the platform:
 *
 * <pre>
 * java AuditVerifier.java EXPORT --certificate FILE.pem [--earlier EXPORT]
 * </pre>
 *
 * <p>One file, JDK 25 and nothing else: SM3, SM2 and the reading of certificates are its own. The
 * certificate must have come to you by another way than the export. An earlier export lets it find
 * what was cut off at the end since. Exit codes: 0 whole, 1 broken (the first broken link of the
 * seals and of each chain is named), 2 could not be verified. The forms of rows, seals and files
 * stand in {@code docs/guide/audit.md}.
 */
public final class AuditVerifier {
  private static final HexFormat HEX = HexFormat.of();
  private static final String ZEROS = "0".repeat(64);

  private static final List<String> TEXTS =
      List.of(
          "account",
          "role",
          "institution",
          "practitioner",
          "purposes",
          "request",
          "remote",
          "interaction",
          "type",
          "id",
          "operation",
          "parameters");

  private final Path export;
  private final Map<String, Certificate> trusted;
  private final List<String> broken = new ArrayList<>();
  private final Map<Long, String> sealDigests = new HashMap<>();
  private final Map<String, Sealed> sealed = new TreeMap<>();
  private long seals;
  private long chains;
  private long rows;
  private long unsealed;
  private String lastSeal = "none";

  private record Head(long seq, String digest) {}

  private static final class Sealed {
    final List<Head> heads = new ArrayList<>();
    boolean closed;
    boolean retired;
  }

  private AuditVerifier(Path export, Map<String, Certificate> trusted) {
    this.export = export;
    this.trusted = trusted;
  }

  /** Reads its arguments, verifies, and tells. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String[] args) {
    Path export = null;
    Path certificate = null;
    Path earlier = null;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--certificate" -> certificate = i + 1 < args.length ? Path.of(args[++i]) : null;
        case "--earlier" -> earlier = i + 1 < args.length ? Path.of(args[++i]) : null;
        default -> export = Path.of(args[i]);
      }
    }
    if (export == null || certificate == null) {
      System.err.println("用法 / Usage: java AuditVerifier.java EXPORT --certificate FILE.pem [--earlier EXPORT]");
      return 2;
    }
    try {
      var verifier = new AuditVerifier(export, certificates(certificate));
      verifier.verify(earlier);
      return verifier.tell();
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("无法校验 / Could not verify: " + e);
      return 2;
    }
  }

  private int tell() {
    System.out.println(
        "封存 seals: " + seals + "，链 chains: " + chains + "，记录 rows: " + rows
            + "，最后一次封存之后 after the last seal: " + unsealed);
    System.out.println("最后一次封存 / last seal: " + lastSeal);
    if (broken.isEmpty()) {
      System.out.println("完整。/ Whole.");
      return 0;
    }
    System.out.println("断裂于 / First broken link: " + broken.getFirst());
    broken.stream().skip(1).forEach(one -> System.out.println("另有 / also: " + one));
    return 1;
  }

  private void verify(Path earlier) throws IOException {
    Map<String, String> files = manifest();
    readSeals();
    if (earlier != null) {
      compareSeals(earlier);
    }
    var chainFiles = new TreeMap<String, Path>();
    try (var listed = Files.list(export)) {
      listed
          .filter(file -> file.getFileName().toString().matches("chain-\\d+\\.ndjson"))
          .forEach(
              file -> {
                String name = file.getFileName().toString();
                chainFiles.put(name.substring(6, name.length() - 7), file);
              });
    }
    var tails = earlier == null ? Map.<String, Head>of() : tails(earlier);
    for (var file : chainFiles.entrySet()) {
      chain(file.getKey(), file.getValue(), tails.get(file.getKey()));
    }
    sealed.forEach(
        (chain, of) -> {
          if (!of.retired && !chainFiles.containsKey(chain)) {
            broken.add("chain " + chain + " row 0: 整条链缺失 / the whole chain is missing");
          }
        });
    // Last: the files' own digests say which file was touched, the chains say where and what.
    for (var file : files.entrySet()) {
      Path path = export.resolve(file.getKey());
      if (!Files.isRegularFile(path)) {
        broken.add("file " + file.getKey() + ": 缺失 / missing");
      } else if (!file.getValue().equals(HEX.formatHex(sm3(Files.newInputStream(path).readAllBytes())))) {
        broken.add("file " + file.getKey() + ": 与清单不符 / not what the manifest says");
      }
    }
  }

  private Map<String, String> manifest() throws IOException {
    Object manifest = new Json(Files.readString(export.resolve("manifest.json"))).value();
    if (!(manifest instanceof Map<?, ?> map) || !"helan-audit-export-1".equals(map.get("format"))) {
      throw new IOException("manifest.json: unknown format");
    }
    var files = new TreeMap<String, String>();
    for (Object file : (List<?>) map.get("files")) {
      var fields = (Map<?, ?>) file;
      String name = (String) fields.get("name");
      if (!name.matches("[a-z0-9.-]+")) {
        throw new IOException("manifest.json: " + name);
      }
      files.put(name, (String) fields.get("sm3"));
    }
    return files;
  }

  // ------------------------------------------------------------------ seals

  private void readSeals() throws IOException {
    String previous = ZEROS;
    long expected = 1;
    boolean whole = true;
    try (BufferedReader lines = Files.newBufferedReader(export.resolve("seals.ndjson"))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        var fields = (Map<?, ?>) new Json(line).value();
        String body = (String) fields.get("body");
        String digest = HEX.formatHex(sm3(body.getBytes(StandardCharsets.UTF_8)));
        String[] parts = body.split("\n", -1);
        seals++;
        if (whole) {
          String wrong = wrong(fields, expected, previous, digest, parts, body);
          whole = wrong == null;
          if (wrong != null) {
            broken.add("seal " + expected + ": " + wrong);
          }
        }
        for (int i = 6; i < parts.length - 1; i++) {
          String[] words = parts[i].split(" ", -1);
          if (words.length == 4) {
            Sealed of = sealed.computeIfAbsent(words[1], name -> new Sealed());
            of.heads.add(new Head(Long.parseLong(words[2]), words[3]));
            of.closed |= !words[0].equals("head");
            of.retired |= words[0].equals("retired");
          }
        }
        sealDigests.put(expected, digest);
        if (parts.length > 2) {
          lastSeal = parts[1] + " " + parts[2] + " " + digest;
        }
        previous = digest;
        expected++;
      }
    }
  }

  private String wrong(
      Map<?, ?> fields, long expected, String previous, String digest, String[] parts, String body) {
    if (((Number) fields.get("number")).longValue() != expected) {
      return "缺失 / missing";
    }
    if (parts.length < 7
        || !parts[0].equals("helan-audit-seal-1")
        || !parts[parts.length - 1].isEmpty()) {
      return "内容已被改动，无法读取 / its body was altered and cannot be read";
    }
    if (!parts[1].equals(Long.toString(expected))) {
      return "内容属于另一条封存记录 / its body is another seal's";
    }
    if (!parts[3].equals(previous)) {
      return "与上一条封存记录不衔接 / it does not link to the seal before";
    }
    if (!digest.equals(fields.get("digest"))) {
      return "内容与其摘要不符 / its body does not have its digest";
    }
    Certificate certificate = trusted.get(parts[4]);
    if (certificate == null) {
      return "签名所用证书不受信任 / it is signed with a certificate that is not trusted";
    }
    byte[] signature = Base64.getDecoder().decode((String) fields.get("signature"));
    if (!certificate.verifies(parts[5], body.getBytes(StandardCharsets.UTF_8), signature)) {
      return "签名无效 / its signature is not valid";
    }
    return null;
  }

  private void compareSeals(Path earlier) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(earlier.resolve("seals.ndjson"))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        var fields = (Map<?, ?>) new Json(line).value();
        long number = ((Number) fields.get("number")).longValue();
        String digest = sealDigests.get(number);
        if (!fields.get("digest").equals(digest)) {
          broken.add(
              "seal "
                  + number
                  + (digest == null
                      ? ": 较早的导出中有，现在没有了 / it is in the earlier export and gone now"
                      : ": 与较早的导出不同 / it differs from the earlier export"));
          return;
        }
      }
    }
  }

  // ------------------------------------------------------------------ chains

  /** The last row of each chain in an earlier export. */
  private static Map<String, Head> tails(Path earlier) throws IOException {
    var tails = new HashMap<String, Head>();
    List<Path> files;
    try (var listed = Files.list(earlier)) {
      files = listed.filter(f -> f.getFileName().toString().matches("chain-\\d+\\.ndjson")).toList();
    }
    for (Path file : files) {
      String last = null;
      try (BufferedReader lines = Files.newBufferedReader(file)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          last = line;
        }
      }
      if (last != null) {
        var fields = (Map<?, ?>) new Json(last).value();
        tails.put(
            (String) fields.get("chain"),
            new Head(((Number) fields.get("seq")).longValue(), (String) fields.get("digest")));
      }
    }
    return tails;
  }

  private void chain(String chain, Path file, Head tail) throws IOException {
    chains++;
    Sealed of = sealed.getOrDefault(chain, new Sealed());
    String place = "chain " + chain + " row ";
    if (of.heads.isEmpty()) {
      broken.add(place + "0: 没有任何封存记录提到这条链 / no seal names this chain");
      return;
    }
    if (of.retired) {
      broken.add(place + "0: 已按保存期限清除，却仍有记录 / removed by retention, and yet has rows");
      return;
    }
    of.heads.sort(Comparator.comparingLong(Head::seq));
    byte[] digest = new byte[32];
    long next = 0;
    int head = 0;
    boolean closed = false;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        rows++;
        var row = (Map<?, ?>) new Json(line).value();
        long seq = ((Number) row.get("seq")).longValue();
        if (seq != next || !chain.equals(row.get("chain"))) {
          broken.add(place + next + ": 记录缺失 / the row is missing");
          return;
        }
        digest = sm3(concat(digest, canonical(row)));
        String hex = HEX.formatHex(digest);
        String wrong = null;
        if (!hex.equals(row.get("digest"))) {
          wrong =
              "记录或它之前的记录被改动、插入或调换 / the row was altered, inserted or moved: its digest does not follow from the row before";
        } else if (row.get("kind").equals("open") != (seq == 0)) {
          wrong = "链的起始记录不在起始处 / the opening row is not where the chain opens";
        } else if (closed) {
          wrong = "链关闭之后又有记录 / the chain was closed before this row";
        } else if (tail != null && tail.seq == seq && !tail.digest.equals(hex)) {
          wrong = "与较早的导出不同 / it differs from the earlier export";
        }
        closed |= row.get("kind").equals("close");
        next++;
        for (; head < of.heads.size() && of.heads.get(head).seq <= seq; head++) {
          Head one = of.heads.get(head);
          if (wrong == null && one.seq == seq && !one.digest.equals(hex)) {
            wrong =
                "与封存的摘要不符：上一次封存之后到此的记录被整体改写 / it is not what was sealed: rows since the seal before were rewritten";
          }
        }
        if (wrong != null) {
          broken.add(place + seq + ": " + wrong);
          return;
        }
      }
    }
    long last = of.heads.getLast().seq;
    if (next <= last) {
      broken.add(place + next + ": 链尾的记录被删除（已封存到 " + last + "） / the tail was removed (sealed up to " + last + ")");
    } else if (tail != null && next <= tail.seq) {
      broken.add(place + next + ": 链尾的记录被删除（较早的导出到 " + tail.seq + "） / the tail was removed (an earlier export goes up to " + tail.seq + ")");
    } else if (of.closed && next > last + 1) {
      broken.add(place + (last + 1) + ": 封存为关闭之后又有记录 / the chain was sealed as closed before this row");
    } else {
      unsealed += next - 1 - last;
    }
  }

  private static byte[] canonical(Map<?, ?> row) {
    var out = new StringBuilder("helan-audit-row-1\n");
    for (String name : List.of("chain", "seq", "kind", "at")) {
      out.append(row.get(name)).append('\n');
    }
    for (String name : TEXTS) {
      out.append(row.get(name)).append('\n');
    }
    for (String name : List.of("query", "status", "count", "refused", "millis")) {
      out.append(row.get(name)).append('\n');
    }
    boolean first = true;
    for (Object subject : (List<?>) row.get("subjects")) {
      out.append(first ? "" : ",").append(subject);
      first = false;
    }
    return out.append('\n').toString().getBytes(StandardCharsets.UTF_8);
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
