using System.Runtime.InteropServices;

namespace MailCluster.Auth.Native;

/// <summary>
/// MIT Kerberos' GSS-API, Debian's <c>libgssapi-krb5-2</c>. The platform calls it (<see cref="System.Net.Security.NegotiateAuthentication"/>); only what that
/// cannot say is here: where the keytab is. Optional at run time.
/// </summary>
internal static partial class LibGssApi
{
    private const string Library = "libgssapi_krb5.so.2";

    private static readonly Lazy<bool> Loaded = new(() => NativeLibrary.TryLoad(Library, out _));

    public static bool IsAvailable => Loaded.Value;

    public static string MissingText => $"{Library} is not installed; install the Debian package libgssapi-krb5-2";

    /// <summary>Takes the service's keys from a file, for the whole process. A .NET environment variable would not reach the library.</summary>
    public static bool UseKeytab(string path) => krb5_gss_register_acceptor_identity(path) == 0;

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint krb5_gss_register_acceptor_identity(string path);
}
