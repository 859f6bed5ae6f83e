using System.Runtime.InteropServices;
using System.Text;

namespace MailCluster.Node.Hosting;

// Root, and how to be rid of it.
//
// The problem: ports below 1024 are root's to open, and everything else that the node does should not be. A process that gives root up while it runs has to do so on
// each of its threads, and whatever it opened before stays open.
//
// The steps: before anything is opened or started, the process takes the user's groups, group and user, keeps the one capability to bind low ports, hands it on through
// "ambient" (Linux 4.3), and runs its own program anew with the same arguments. What goes on is a process that never was root: its files are the user's, a second
// start of a thread has nothing to inherit, and what cannot be read by the user shows at once and not when a certificate is renewed.
// docs/adr/0029-edge-security.md has the alternatives.

/// <summary>Becoming an ordinary user.</summary>
internal static partial class Privileges
{
    private const int BindServiceCapability = 10; // CAP_NET_BIND_SERVICE
    private const int KeepCapabilities = 8; // PR_SET_KEEPCAPS
    private const int Ambient = 47; // PR_CAP_AMBIENT
    private const int AmbientRaise = 2;
    private const uint CapabilityVersion = 0x20080522; // _LINUX_CAPABILITY_VERSION_3

    /// <summary>
    /// Makes this process <paramref name="user"/>'s. When it has to change for that it does not return: the program begins anew. Returns if it is the user already.
    /// </summary>
    /// <param name="user">A user's name or number.</param>
    /// <param name="dataDirectory">Made for the user if it is missing.</param>
    /// <exception cref="NodeStartException">There is no such user, or this process may not become it.</exception>
    public static void Become(string user, string dataDirectory)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new NodeStartException("node.user is for Linux; start the node as that user");
        }
        var (uid, gid, name, home) = Find(user);
        var self = GetEffectiveUser();
        if (self == uid)
        {
            return;
        }
        if (self != 0)
        {
            throw new NodeStartException($"node.user is {user}, but the node was started as user {self}, which cannot become another; start it as root or as {user}");
        }
        if (!Directory.Exists(dataDirectory))
        {
            Directory.CreateDirectory(dataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Require(ChangeOwner(dataDirectory, uid, gid), $"give {dataDirectory} to {user}");
        }
        Require(InitGroups(name, gid), "take the user's groups");
        Require(ProcessControl(KeepCapabilities, 1, 0, 0, 0), "keep a capability");
        Require(SetGroup(gid, gid, gid), "take the user's group");
        Require(SetUser(uid, uid, uid), "become the user");
        KeepBindService();
        _ = SetVariable("HOME", home, 1);
        _ = SetVariable("USER", name, 1);
        _ = SetVariable("LOGNAME", name, 1);
        Begin();
    }

    private static void KeepBindService()
    {
        var header = new CapabilityHeader { Version = CapabilityVersion };
        const uint bit = 1u << BindServiceCapability;
        CapabilitySet[] sets = [new() { Effective = bit, Permitted = bit, Inheritable = bit }, default];
        Require(SetCapabilities(ref header, sets), "keep the right to bind low ports");
        Require(ProcessControl(Ambient, AmbientRaise, BindServiceCapability, 0, 0), "hand on the right to bind low ports");
    }

    private static void Begin()
    {
        var program = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)?.FullName ?? "/proc/self/exe";
        var arguments = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Split('\0');
        var pointers = new nint[arguments.Length + 1];
        for (var i = 0; i < arguments.Length; i++)
        {
            pointers[i] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
        }
        Require(Execute(program, pointers), $"run {program}");
    }

    private static (uint Uid, uint Gid, string Name, string Home) Find(string user)
    {
        var entry = uint.TryParse(user, out var number) ? GetUserByNumber(number) : GetUserByName(user);
        if (entry == 0)
        {
            throw new NodeStartException($"node.user is {user}, but there is no such user");
        }
        // struct passwd: name, password, uid, gid, comment, home, shell.
        var uid = (uint)Marshal.ReadInt32(entry, 2 * nint.Size);
        var gid = (uint)Marshal.ReadInt32(entry, (2 * nint.Size) + sizeof(uint));
        var home = Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry, (3 * nint.Size) + (2 * sizeof(uint)))) ?? "/";
        return (uid, gid, Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry)) ?? user, home);
    }

    private static void Require(int result, string what)
    {
        if (result != 0)
        {
            throw new NodeStartException($"the node cannot {what} (node.user): {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetUserByName(string name);

    [LibraryImport("libc", EntryPoint = "getpwuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetUserByNumber(uint uid);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeOwner(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "initgroups", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int InitGroups(string user, uint gid);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetGroup(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetUser(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ProcessControl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetCapabilities(ref CapabilityHeader header, [In] CapabilitySet[] sets);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string program, [In] nint[] arguments);

    [StructLayout(LayoutKind.Sequential)]
    private struct CapabilityHeader
    {
        public uint Version;
        public int Process;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CapabilitySet
    {
        public uint Effective;
        public uint Permitted;
        public uint Inheritable;
    }
}
