package health.helan.foundation.trust.oversight;

import health.helan.foundation.store.Json;
import health.helan.foundation.trust.audit.AuditProof;
import health.helan.foundation.trust.crypto.DigestAlgorithm;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.foundation.trust.signature.SignatureProof;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A replay as a file that can be checked by itself: a line of JSON for each thing that happened,
 * and a last one that names the digest of each line before and is signed by the key that seals the
 * audit. Its form stands in {@code docs/guide/supervision.md}.
 */
public final class Evidence {
  static final String FORMAT = "helan-evidence-1";
  private static final HexFormat HEX = HexFormat.of();

  private Evidence() {}

  /**
   * A fault.
   *
   * @param line from 1; 0 for the file as a whole
   */
  public record Finding(int line, String chinese, String english) {}

  /**
   * What checking found.
   *
   * @param about what the file is about; empty where it does not say
   * @param unsealed rows that no seal covered when it was made
   */
  public record Report(
      String about,
      String made,
      int lines,
      int versions,
      int signatures,
      int requests,
      int unsealed,
      List<Finding> findings) {
    public boolean isWhole() {
      return findings.isEmpty();
    }
  }

  /** The file, lines with their end. */
  static byte[] write(List<ObjectNode> lines, String about, String by, Instant now, Signer signer) {
    var out = new ByteArrayOutputStream();
    for (ObjectNode line : lines) {
      out.writeBytes(Json.MAPPER.writeValueAsBytes(line));
      out.write('\n');
    }
    out.writeBytes(Json.MAPPER.writeValueAsBytes(manifest(lines, about, by, now, signer)));
    out.write('\n');
    return out.toByteArray();
  }

  /** The last line: digests of the others, signed; with the certificate, to check it without us. */
  static ObjectNode manifest(
      List<ObjectNode> lines, String about, String by, Instant now, Signer signer) {
    ObjectNode last = Json.MAPPER.createObjectNode();
    last.put("type", "manifest").put("format", FORMAT).put("about", about);
    last.put("made", now.toString()).put("by", by);
    ArrayNode digests = last.putArray("digests");
    for (ObjectNode line : lines) {
      digests.add(HEX.formatHex(DigestAlgorithm.SM3.digest(Json.MAPPER.writeValueAsBytes(line))));
    }
    try {
      last.put("certificate", AuditProof.fingerprint(signer.certificate()));
      last.put("signer", Base64.getEncoder().encodeToString(signer.certificate().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    last.put("algorithm", signer.algorithm().jca());
    return last.put(
        "signature", Base64.getEncoder().encodeToString(signer.sign(SignatureProof.bytes(last))));
  }

  /** The file of lines that are there already: for who keeps or joins them. */
  public static byte[] renewed(List<ObjectNode> lines, String about, Signer signer) {
    return write(lines, about, "", Instant.now(), signer);
  }

  /**
   * Checks a file.
   *
   * @param trusted certificates of the keys that seal the platform's audit
   */
  public static Report verify(byte[] file, Collection<X509Certificate> trusted) {
    return new Check(trusted).report(file);
  }

  private static final class Check {
    private final Collection<X509Certificate> trusted;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<Long, JsonNode> seals = new HashMap<>();
    private final Map<String, String> versions = new HashMap<>();
    private int signatures;
    private int requests;
    private int unsealed;

    Check(Collection<X509Certificate> trusted) {
      this.trusted = trusted;
    }

    private void find(int line, String chinese, String english) {
      if (findings.stream().noneMatch(one -> one.line() == line && line > 0)) {
        findings.add(new Finding(line, chinese, english)); // One word for a line is enough.
      }
    }

    Report report(byte[] file) {
      String[] texts = new String(file, StandardCharsets.UTF_8).split("\n", -1);
      int count = texts.length - 1; // Behind the last line feed nothing comes.
      List<@Nullable JsonNode> lines = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        lines.add(json(texts[i]));
      }
      JsonNode last = count == 0 ? null : lines.getLast();
      if (!(last instanceof ObjectNode manifest)
          || !manifest.path("format").asString("").equals(FORMAT)
          || !texts[count].isEmpty()) {
        find(0, "不是完整的证据文件：缺少最后的清单行", "it is no whole evidence file: its last line is missing");
        return done("", "", Math.max(0, count));
      }
      if (!isSigned(manifest)) {
        find(
            count,
            "清单的签名无效，或不是本平台的签名",
            "the signature of the last line is not valid, or not the platform's");
      }
      JsonNode digests = manifest.path("digests");
      if (digests.size() != count - 1) {
        find(
            0,
            "行数与清单不符：有行被删除或插入",
            "lines were removed or inserted: their number is not the one signed");
      }
      for (int i = 0; i < count - 1; i++) {
        String digest =
            HEX.formatHex(DigestAlgorithm.SM3.digest(texts[i].getBytes(StandardCharsets.UTF_8)));
        if (!digest.equals(digests.path(i).asString(""))) {
          find(i + 1, "此行被改动，或不在原处", "this line was altered, or is not where it was");
        }
        JsonNode line = lines.get(i);
        if (line != null) {
          note(line);
        }
      }
      for (int i = 0; i < count - 1; i++) {
        JsonNode line = lines.get(i);
        if (line == null) {
          find(i + 1, "此行无法读取", "this line cannot be read");
        } else {
          check(i + 1, line);
        }
      }
      return done(manifest.path("about").asString(""), manifest.path("made").asString(""), count);
    }

    private Report done(String about, String made, int count) {
      return new Report(
          about,
          made,
          count,
          versions.size(),
          signatures,
          requests,
          unsealed,
          List.copyOf(findings));
    }

    private static @Nullable JsonNode json(String text) {
      try {
        return Json.MAPPER.readTree(text);
      } catch (JacksonException e) {
        return null;
      }
    }

    private boolean isSigned(ObjectNode manifest) {
      ObjectNode bare = manifest.deepCopy();
      bare.remove("signature");
      try {
        return AuditProof.isSigned(
            SignatureProof.bytes(bare),
            Base64.getDecoder().decode(manifest.path("signature").asString("")),
            manifest.path("algorithm").asString(""),
            manifest.path("certificate").asString(""),
            trusted);
      } catch (IllegalArgumentException e) {
        return false;
      }
    }

    private void note(JsonNode line) {
      switch (line.path("type").asString("")) {
        case "seal" -> seals.put(line.path("number").asLong(0), line);
        case "version" ->
            versions.put(line.path("what").asString(""), line.path("digest").asString(""));
        default -> {
          // Looked at by itself.
        }
      }
    }

    private void check(int number, JsonNode line) {
      switch (line.path("type").asString("")) {
        case "seal" -> {
          if (!AuditProof.isSealed(line, trusted)) {
            find(number, "封存记录的摘要或签名无效", "digest or signature of the seal is not valid");
          }
        }
        case "request" -> request(number, line);
        case "signature" -> signature(number, line);
        default -> {
          // Nothing but its digest speaks for it.
        }
      }
    }

    private void request(int number, JsonNode line) {
      requests++;
      JsonNode row = line.path("row");
      long seal = line.path("seal").asLong(0);
      if (!AuditProof.follows(row, line.path("previous").asString(""))) {
        find(number, "审计记录与其摘要不符", "the row of the audit does not have its digest");
      } else if (seal == 0) {
        unsealed++;
      } else {
        JsonNode by = seals.get(seal);
        if (by == null || !AuditProof.covers(by, row)) {
          find(number, "所指的封存记录并不包含此记录", "the seal that it names does not cover the row");
        } else if (!line.path("whole").asBoolean(false)) {
          find(number, "制作时审计链已断裂", "the chain was broken when the file was made");
        }
      }
    }

    private void signature(int number, JsonNode line) {
      signatures++;
      if (!line.path("verdict").asString("").equals("valid")) {
        return; // It says so itself.
      }
      SignatureProof.Over over =
          line.path("provenance") instanceof ObjectNode provenance
              ? SignatureProof.of(provenance)
              : null;
      if (over == null) {
        find(number, "电子签名无效", "the electronic signature does not hold");
        return;
      }
      JsonNode targets = line.path("provenance").path("target");
      String version = versions.get(targets.path(0).path("reference").asString(""));
      if (over.national()
          && targets.size() == 1
          && version != null
          && !version.equals(over.digest())) {
        find(number, "签名的内容与所列版本不符", "it is not over the version that is listed");
      }
    }
  }
}
