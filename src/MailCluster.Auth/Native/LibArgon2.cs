using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Auth.Native;

/// <summary>libargon2, the reference implementation, of Debian's <c>libargon2-1</c>. Optional at run time.</summary>
internal static unsafe partial class LibArgon2
{
    private const string Library = "libargon2.so.1";
    private const int Ok = 0;

    /// <summary>ARGON2_VERIFY_MISMATCH of argon2.h.</summary>
    private const int VerifyMismatch = -35;

    private static readonly Lazy<bool> Loaded = new(() => NativeLibrary.TryLoad(Library, out _));

    public const int TypeI = 1;
    public const int TypeId = 2;

    public static bool IsAvailable => Loaded.Value;

    public static string MissingText => $"{Library} is not installed; install the Debian package libargon2-1";

    /// <summary>
    /// Checks a password against an encoded hash. Throws <see cref="InvalidOperationException"/> with the library's text when the hash is
    /// damaged.
    /// </summary>
    public static bool Verify(string encoded, ReadOnlySpan<byte> password, int type)
    {
        fixed (byte* pointer = password)
        {
            var result = argon2_verify(encoded, pointer, (nuint)password.Length, type);
            return result switch
            {
                Ok => true,
                VerifyMismatch => false,
                _ => throw new InvalidOperationException(ErrorText(result)),
            };
        }
    }

    /// <summary>Hashes with a fresh 16-octet salt to 32 octets, one lane.</summary>
    public static string Hash(ReadOnlySpan<byte> password, int type, uint memoryKiB, uint passes)
    {
        Span<byte> salt = stackalloc byte[16];
        RandomNumberGenerator.Fill(salt);
        Span<byte> encoded = stackalloc byte[256];
        encoded.Clear();
        fixed (byte* passwordPointer = password, saltPointer = salt, encodedPointer = encoded)
        {
            var result = type == TypeId
                ? argon2id_hash_encoded(
                    passes, memoryKiB, 1, passwordPointer, (nuint)password.Length, saltPointer, 16, 32, encodedPointer, 256)
                : argon2i_hash_encoded(
                    passes, memoryKiB, 1, passwordPointer, (nuint)password.Length, saltPointer, 16, 32, encodedPointer, 256);
            if (result != Ok) throw new InvalidOperationException(ErrorText(result));
        }
        return Encoding.ASCII.GetString(encoded[..encoded.IndexOf((byte)0)]);
    }

    private static string ErrorText(int code) => $"libargon2: {Marshal.PtrToStringUTF8((nint)argon2_error_message(code))} ({code})";

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int argon2_verify(string encoded, byte* password, nuint passwordOctets, int type);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int argon2id_hash_encoded(
        uint passes, uint memoryKiB, uint lanes, byte* password, nuint passwordOctets, byte* salt, nuint saltOctets, nuint hashOctets,
        byte* encoded, nuint encodedOctets);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int argon2i_hash_encoded(
        uint passes, uint memoryKiB, uint lanes, byte* password, nuint passwordOctets, byte* salt, nuint saltOctets, nuint hashOctets,
        byte* encoded, nuint encodedOctets);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial byte* argon2_error_message(int code);
}
