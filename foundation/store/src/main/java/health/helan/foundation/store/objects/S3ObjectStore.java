package health.helan.foundation.store.objects;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Objects in a bucket of an S3-compatible store. What fits into one part is put at once, more goes
 * up in parts, each checked by its MD5; an object is there when the last request has answered, and
 * not before. Content checksums newer than MD5 are left off, as not every store knows them.
 */
final class S3ObjectStore implements ObjectStore {
  /** Memory of one upload, and the size of all parts but the last; S3 asks for 5 MiB at least. */
  static final int PART = 8 * 1024 * 1024;

  /** S3's own bound on parts, so 80 GiB for an object. */
  private static final int MAX_PARTS = 10_000;

  private static final String OCTETS = "application/octet-stream";
  private static final int RANGE_BEYOND_END = 416;
  private static final int BATCH = 1000;

  private final S3Client s3;
  private final String bucket;
  private final String prefix;

  S3ObjectStore(ObjectStoreConfig.S3 config) {
    s3 = client(config);
    bucket = config.bucket();
    prefix = config.prefix();
  }

  static S3Client client(ObjectStoreConfig.S3 config) {
    var builder =
        S3Client.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .region(Region.of(config.region()))
            .forcePathStyle(config.pathStyle())
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    if (config.endpoint() != null) {
      builder.endpointOverride(config.endpoint());
    }
    if (config.accessKey() != null && config.secretKey() != null) {
      builder.credentialsProvider(
          StaticCredentialsProvider.create(
              AwsBasicCredentials.create(config.accessKey(), config.secretKey())));
    }
    return builder.build();
  }

  @Override
  public Stored put(InputStream bytes, long maxBytes) throws IOException {
    var key = ObjectKey.random();
    var intake = new Intake(bytes, maxBytes);
    put(key, intake);
    return intake.stored(key);
  }

  @Override
  public void restore(ObjectKey key, InputStream bytes) throws IOException {
    put(key, new Intake(bytes, Long.MAX_VALUE));
  }

  private void put(ObjectKey key, Intake intake) throws IOException {
    var part = new byte[PART];
    int count = intake.fill(part);
    try {
      if (count < PART) {
        var body = body(part, count);
        var md5 = md5(part, count);
        s3.putObject(
            put -> put.bucket(bucket).key(name(key)).contentType(OCTETS).contentMD5(md5), body);
      } else {
        putInParts(key, intake, part);
      }
    } catch (SdkException e) {
      throw failed("put", e);
    }
  }

  private void putInParts(ObjectKey key, Intake intake, byte[] part) throws IOException {
    var upload =
        s3.createMultipartUpload(create -> create.bucket(bucket).key(name(key)).contentType(OCTETS))
            .uploadId();
    try {
      var parts = new ArrayList<CompletedPart>();
      for (int count = PART; count > 0; count = count < PART ? 0 : intake.fill(part)) {
        if (parts.size() == MAX_PARTS) {
          throw new Refusal(Kind.TOO_LONG, "objects.too-large", (long) PART * MAX_PARTS);
        }
        parts.add(putPart(key, upload, parts.size() + 1, part, count));
      }
      s3.completeMultipartUpload(
          complete ->
              complete
                  .bucket(bucket)
                  .key(name(key))
                  .uploadId(upload)
                  .multipartUpload(all -> all.parts(parts)));
    } catch (IOException | RuntimeException e) {
      abort(name(key), upload, e);
      throw e;
    }
  }

  private CompletedPart putPart(ObjectKey key, String upload, int number, byte[] part, int count) {
    var md5 = md5(part, count);
    var answer =
        s3.uploadPart(
            put ->
                put.bucket(bucket)
                    .key(name(key))
                    .uploadId(upload)
                    .partNumber(number)
                    .contentMD5(md5),
            body(part, count));
    return CompletedPart.builder().partNumber(number).eTag(answer.eTag()).build();
  }

  private void abort(String name, String upload, Exception cause) {
    try {
      s3.abortMultipartUpload(abort -> abort.bucket(bucket).key(name).uploadId(upload));
    } catch (SdkException e) {
      cause.addSuppressed(e); // The sweep will find it.
    }
  }

  /** The buffer itself, which the SDK may read again when it retries. */
  private static RequestBody body(byte[] part, int count) {
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(part, 0, count), count, OCTETS);
  }

  private static String md5(byte[] part, int count) {
    try {
      var md5 = MessageDigest.getInstance("MD5");
      md5.update(part, 0, count);
      return Base64.getEncoder().encodeToString(md5.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has MD5", e);
    }
  }

  @Override
  public InputStream open(ObjectKey key, Range range) throws IOException {
    try {
      return s3.getObject(
          get -> get.bucket(bucket).key(name(key)).range(range.isAll() ? null : header(range)));
    } catch (NoSuchKeyException e) {
      throw new NoSuchObject(key);
    } catch (S3Exception e) {
      if (e.statusCode() == RANGE_BEYOND_END) {
        return InputStream.nullInputStream();
      }
      throw failed("get", e);
    } catch (SdkException e) {
      throw failed("get", e);
    }
  }

  private static String header(Range range) {
    return "bytes=" + range.from() + "-" + (range.last() == Long.MAX_VALUE ? "" : range.last());
  }

  @Override
  public boolean exists(ObjectKey key) throws IOException {
    try {
      s3.headObject(head -> head.bucket(bucket).key(name(key)));
      return true;
    } catch (NoSuchKeyException e) {
      return false;
    } catch (SdkException e) {
      throw failed("head", e);
    }
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    try {
      s3.deleteObject(delete -> delete.bucket(bucket).key(name(key)));
    } catch (SdkException e) {
      throw failed("delete", e);
    }
  }

  @Override
  public Swept sweep(Instant before, UnaryOperator<Set<ObjectKey>> referenced) throws IOException {
    try {
      return new Swept(sweepUploads(before), sweepObjects(before, referenced));
    } catch (SdkException e) {
      throw failed("sweep", e);
    }
  }

  @Override
  public void list(@Nullable ObjectKey after, KeyReceiver receiver) throws IOException {
    try {
      ObjectKey last = null;
      for (var page :
          s3.listObjectsV2Paginator(
              list ->
                  list.bucket(bucket)
                      .prefix(prefix)
                      .startAfter(after == null ? null : name(after))
                      .maxKeys(BATCH))) {
        for (var object : page.contents()) {
          var key = key(object.key());
          if (key == null) {
            continue;
          }
          if (last != null && last.value().compareTo(key.value()) >= 0) {
            // S3's order is by the bytes of the names; what is read beside it counts on that.
            throw new IOException("The object store does not list its objects in order");
          }
          receiver.key(key);
          last = key;
        }
      }
    } catch (SdkException e) {
      throw failed("list", e);
    }
  }

  private long sweepUploads(Instant before) {
    List<MultipartUpload> old =
        s3
            .listMultipartUploadsPaginator(list -> list.bucket(bucket).prefix(prefix))
            .uploads()
            .stream()
            .filter(upload -> upload.initiated().isBefore(before))
            .toList();
    for (var upload : old) {
      s3.abortMultipartUpload(
          abort -> abort.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()));
    }
    return old.size();
  }

  private long sweepObjects(Instant before, UnaryOperator<Set<ObjectKey>> referenced)
      throws IOException {
    long deleted = 0;
    for (var page :
        s3.listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix).maxKeys(BATCH))) {
      var old = new HashSet<ObjectKey>();
      for (var object : page.contents()) {
        var key = key(object.key());
        if (key != null && object.lastModified().isBefore(before)) {
          old.add(key);
        }
      }
      if (!old.isEmpty()) {
        old.removeAll(referenced.apply(Set.copyOf(old)));
        for (var key : old) {
          delete(key);
        }
        deleted += old.size();
      }
    }
    return deleted;
  }

  @Override
  public void close() {
    s3.close();
  }

  private String name(ObjectKey key) {
    return prefix + key.value();
  }

  /** Null for what others keep under the same prefix. */
  private @Nullable ObjectKey key(String name) {
    var value = name.substring(prefix.length());
    return ObjectKey.isKey(value) ? new ObjectKey(value) : null;
  }

  private static IOException failed(String verb, SdkException e) {
    return new IOException("The object store failed to " + verb, e);
  }
}
