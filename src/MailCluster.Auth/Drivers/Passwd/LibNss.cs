using System.Runtime.InteropServices;
using System.Text;

namespace MailCluster.Auth.Drivers.Passwd;

/// <summary>A line of the machine's users.</summary>
/// <param name="Name">The name.</param>
/// <param name="Password">The stored password, or <c>x</c> when it is in the shadow file.</param>
internal sealed record SystemUser(string Name, string Password, uint Uid, uint Gid, string Home);

/// <summary>A line of the shadow file.</summary>
/// <param name="Password">The stored password, in crypt's form.</param>
/// <param name="ExpiresOn">Days since 1970 from which the account is closed, or -1.</param>
internal sealed record ShadowUser(string Password, long ExpiresOn);

/// <summary>The name service of libc. Blocks: it may ask a directory.</summary>
internal static unsafe class LibNss
{
    private const int BufferOctets = 16 << 10;
    private const int BufferOctetsMax = 1 << 20;
    private const int NotFound = 2;
    private const int NoProcess = 3;
    private const int TooSmall = 34;
    private const int Denied = 13;

    private static readonly Lock Listing = new();
    private static readonly Lock Shadow = new();

    /// <exception cref="DatabaseException">The name service failed.</exception>
    public static SystemUser? FindUser(string name)
    {
        var octetsOfName = Octets(name);
        return Find<PasswdEntry, SystemUser>(
            "getpwnam_r",
            (entry, buffer, octets, found) =>
            {
                fixed (byte* text = octetsOfName) return getpwnam_r(text, (PasswdEntry*)entry, buffer, octets, (PasswdEntry**)found);
            },
            static entry => Read(in *(PasswdEntry*)entry));
    }

    /// <summary>The shadow line of a user. The call without a buffer of one's own, for the libraries that stand in for libc in tests; one at a time.</summary>
    /// <exception cref="DatabaseException">The name service failed, or this process may not read the shadow file.</exception>
    public static ShadowUser? FindShadow(string name)
    {
        lock (Shadow)
        {
            Marshal.SetLastSystemError(0);
            ShadowEntry* entry;
            fixed (byte* text = Octets(name)) entry = getspnam(text);
            var error = Marshal.GetLastSystemError();
            if (entry is not null) return new ShadowUser(Text(entry->Password), entry->Expire.Value);
            return error switch
            {
                0 or NotFound or NoProcess => null,
                Denied => throw new DatabaseException("getspnam: permission denied; run as root, or add the server's user to the group shadow"),
                _ => throw new DatabaseException($"getspnam: {Marshal.GetPInvokeErrorMessage(error)}"),
            };
        }
    }

    /// <summary>All users. The position in the list is the process's: one listing at a time.</summary>
    /// <exception cref="DatabaseException">The name service failed.</exception>
    public static List<SystemUser> ListUsers()
    {
        lock (Listing)
        {
            var users = new List<SystemUser>();
            setpwent();
            try
            {
                while (Find<PasswdEntry, SystemUser>(
                    "getpwent_r",
                    static (entry, buffer, octets, found) => getpwent_r((PasswdEntry*)entry, buffer, octets, (PasswdEntry**)found),
                    static entry => Read(in *(PasswdEntry*)entry)) is { } user)
                    users.Add(user);
                return users;
            }
            finally
            {
                endpwent();
            }
        }
    }

    private delegate int Call(void* entry, byte* buffer, nuint octets, void** found);

    private delegate TUser Reading<TUser>(void* entry);

    private static TUser? Find<TEntry, TUser>(string what, Call call, Reading<TUser> read)
        where TEntry : unmanaged
        where TUser : class
    {
        for (var octets = BufferOctets; octets <= BufferOctetsMax; octets *= 4)
        {
            var buffer = new byte[octets];
            TEntry entry;
            void* found = null;
            fixed (byte* pointer = buffer)
            {
                var error = call(&entry, pointer, (nuint)octets, &found);
                if (error == 0) return found is null ? null : read(found);
                if (error is NotFound or NoProcess) return null;
                if (error != TooSmall) throw new DatabaseException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }

        throw new DatabaseException($"{what}: an entry is longer than {BufferOctetsMax} octets");
    }

    private static SystemUser Read(in PasswdEntry entry) =>
        new(Text(entry.Name), Text(entry.Password), entry.Uid, entry.Gid, Text(entry.Home));

    private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private static string Text(byte* text) => text is null ? "" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    /// <summary>struct passwd of pwd.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PasswdEntry
    {
        public byte* Name;
        public byte* Password;
        public uint Uid;
        public uint Gid;
        public byte* Gecos;
        public byte* Home;
        public byte* Shell;
    }

    /// <summary>struct spwd of shadow.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ShadowEntry
    {
        public byte* Name;
        public byte* Password;
        public CLong LastChange;
        public CLong Min;
        public CLong Max;
        public CLong Warn;
        public CLong Inactive;
        public CLong Expire;
        public CULong Flag;
    }

    private static int getpwnam_r(byte* name, PasswdEntry* entry, byte* buffer, nuint octets, PasswdEntry** found) =>
        ((delegate* unmanaged<byte*, PasswdEntry*, byte*, nuint, PasswdEntry**, int>)Export("getpwnam_r"))(name, entry, buffer, octets, found);

    private static int getpwent_r(PasswdEntry* entry, byte* buffer, nuint octets, PasswdEntry** found) =>
        ((delegate* unmanaged<PasswdEntry*, byte*, nuint, PasswdEntry**, int>)Export("getpwent_r"))(entry, buffer, octets, found);

    private static ShadowEntry* getspnam(byte* name) => ((delegate* unmanaged<byte*, ShadowEntry*>)Export("getspnam"))(name);

    private static void setpwent() => ((delegate* unmanaged<void>)Export("setpwent"))();

    private static void endpwent() => ((delegate* unmanaged<void>)Export("endpwent"))();

    // As a program that is linked with libc would find them: a library that is loaded before it may stand in.
    private static nint Export(string name) => NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), name);
}
