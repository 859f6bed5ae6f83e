using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Auth.Native;

/// <summary>
/// libcrypt of Debian's <c>libcrypt1</c> (libxcrypt): every <c>$x$</c> hash the system itself knows. Optional at run time.
/// </summary>
internal static unsafe partial class LibCrypt
{
    private const string Library = "libcrypt.so.1";

    /// <summary>CRYPT_DATA of crypt.h: the scratch area of the reentrant calls, octets. Must be zero at first use.</summary>
    private const int ScratchOctets = 32768;

    /// <summary>CRYPT_OUTPUT_SIZE of crypt.h.</summary>
    private const int OutputOctets = 384;

    private static readonly Lazy<bool> Loaded = new(() => NativeLibrary.TryLoad(Library, out _));

    /// <summary>CRYPT_MAX_PASSPHRASE_SIZE of crypt.h: a longer password is an error, not cut.</summary>
    public const int PasswordOctetsMax = 511;

    public static bool IsAvailable => Loaded.Value;

    public static string MissingText => $"{Library} is not installed; install the Debian package libcrypt1";

    /// <summary>Hashes with the setting (or the whole stored hash); null when libcrypt does not take the setting or the password.</summary>
    public static string? Crypt(ReadOnlySpan<byte> password, string setting)
    {
        if (password.Contains((byte)0) || password.Length > PasswordOctetsMax) return null;
        Span<byte> phrase = stackalloc byte[PasswordOctetsMax + 1];
        phrase.Clear();
        password.CopyTo(phrase);
        var scratch = NativeMemory.AllocZeroed(ScratchOctets);
        try
        {
            fixed (byte* phrasePointer = phrase)
            {
                var result = crypt_rn(phrasePointer, setting, scratch, ScratchOctets);
                return result is null ? null : Marshal.PtrToStringUTF8((nint)result);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(phrase);
            CryptographicOperations.ZeroMemory(new Span<byte>(scratch, ScratchOctets));
            NativeMemory.Free(scratch);
        }
    }

    /// <summary>
    /// Makes a setting with a random salt and the library's default cost (<paramref name="cost"/> 0) for a prefix such as <c>$y$</c>;
    /// null when it lacks the method.
    /// </summary>
    public static string? MakeSetting(string prefix, uint cost)
    {
        // libxcrypt reads its own random octets when none are given.
        Span<byte> output = stackalloc byte[OutputOctets];
        output.Clear();
        fixed (byte* outputPointer = output)
        {
            return crypt_gensalt_rn(prefix, cost, null, 0, outputPointer, OutputOctets) is null
                ? null
                : Encoding.ASCII.GetString(output[..output.IndexOf((byte)0)]);
        }
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial byte* crypt_rn(byte* phrase, string setting, void* data, int size);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial byte* crypt_gensalt_rn(
        string prefix, System.Runtime.InteropServices.CULong count, byte* random, int randomOctets, byte* output, int outputOctets);

    private static byte* crypt_gensalt_rn(string prefix, uint cost, byte* random, int randomOctets, byte* output, int outputOctets) =>
        crypt_gensalt_rn(prefix, new CULong(cost), random, randomOctets, output, outputOctets);
}
