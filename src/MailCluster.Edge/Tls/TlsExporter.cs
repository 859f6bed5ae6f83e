using System.Net.Security;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Authentication;

namespace MailCluster.Edge;

/// <summary>
/// The keying material exporter of TLS 1.3 (RFC 8446 §7.5), which <see cref="SslStream"/> does not offer: OpenSSL's own call on the session under it. That
/// session is found through a private field, so everything about it is checked before it is used, and where any of it is not as expected there is
/// simply no exporter: mechanisms then bind to the certificate instead. ADR 28 says why this is worth it.
/// </summary>
/// <remarks>
/// What is checked: that the field is there and holds a handle of the type that the runtime's OpenSSL code has (it is null on other platforms); that exactly one
/// libssl is in this process, since a pointer of one version given to another would crash it; that the library says of the session that it is TLS 1.3 and a
/// server's. Not for TLS 1.2: there it needs the extended master secret (RFC 9266 §3), and the certificate does as well.
/// </remarks>
internal static unsafe class TlsExporter
{
    private const int Tls13Version = 0x0304;
    private const string SessionField = "_securityContext";
    private const string SessionType = "Microsoft.Win32.SafeHandles.SafeSslHandle";

    private static readonly FieldInfo? Session =
        OperatingSystem.IsLinux() ? typeof(SslStream).GetField(SessionField, BindingFlags.Instance | BindingFlags.NonPublic) : null;

    private static readonly Lazy<Functions?> OpenSsl = new(Find);

    /// <summary>Exports with an empty context; empty when it cannot be done on this connection.</summary>
    public static byte[] Export(SslStream stream, ReadOnlySpan<byte> label, int octets)
    {
        if (stream.SslProtocol != SslProtocols.Tls13 || Session?.GetValue(stream) is not SafeHandle session || session.GetType().FullName != SessionType
            || OpenSsl.Value is not { } openSsl)
            return [];
        var held = false;
        try
        {
            session.DangerousAddRef(ref held);
            var handle = session.DangerousGetHandle();
            if (openSsl.Version(handle) != Tls13Version || openSsl.IsServer(handle) != 1) return [];
            var output = new byte[octets];
            byte empty = 0;
            fixed (byte* outputPointer = output, labelPointer = label)
            {
                return openSsl.Export(handle, outputPointer, (nuint)octets, labelPointer, (nuint)label.Length, &empty, 0, 1) == 1 ? output : [];
            }
        }
        finally
        {
            if (held) session.DangerousRelease();
        }
    }

    // Asked after a handshake: the runtime has loaded its libssl by then.
    private static Functions? Find()
    {
        try
        {
            string[] loaded = [.. File.ReadLines("/proc/self/maps").Select(PathOf).Where(IsLibSsl).Distinct()];
            if (loaded.Length != 1 || !NativeLibrary.TryLoad(loaded[0], out var library)) return null;
            return NativeLibrary.TryGetExport(library, "SSL_export_keying_material", out var export)
                && NativeLibrary.TryGetExport(library, "SSL_version", out var version)
                && NativeLibrary.TryGetExport(library, "SSL_is_server", out var isServer)
                ? new Functions(export, version, isServer)
                : null;
        }
        catch (IOException)
        {
            return null; // No /proc.
        }
    }

    private static string PathOf(string line) => line.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? line[slash..] : "";

    private static bool IsLibSsl(string path) => Path.GetFileName(path).StartsWith("libssl.so", StringComparison.Ordinal);

    private sealed class Functions(nint export, nint version, nint isServer)
    {
        public int Export(nint session, byte* output, nuint octets, byte* label, nuint labelOctets, byte* context, nuint contextOctets, int hasContext) =>
            ((delegate* unmanaged<nint, byte*, nuint, byte*, nuint, byte*, nuint, int, int>)export)(
                session, output, octets, label, labelOctets, context, contextOctets, hasContext);

        public int Version(nint session) => ((delegate* unmanaged<nint, int>)version)(session);

        public int IsServer(nint session) => ((delegate* unmanaged<nint, int>)isServer)(session);
    }
}
